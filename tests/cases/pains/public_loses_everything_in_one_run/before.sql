-- dalibo/ldap2pg 674: rights of named roles and of PUBLIC, also those that PostgreSQL gives by itself,
-- went away in two runs only: the second plan found what the first had left.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.orders (id bigint PRIMARY KEY, note text);
CREATE SEQUENCE app.numbers;
CREATE FUNCTION app.age(since date) RETURNS int LANGUAGE sql STABLE RETURN current_date - since;
RESET ROLE;
CREATE ROLE app_user NOLOGIN;
GRANT USAGE, CREATE ON SCHEMA app TO PUBLIC;
GRANT USAGE ON SCHEMA app TO app_user;
GRANT SELECT, UPDATE ON app.orders TO PUBLIC;
GRANT INSERT (note) ON app.orders TO PUBLIC;
GRANT INSERT ON app.orders TO app_user;
GRANT USAGE ON SEQUENCE app.numbers TO PUBLIC;
