CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.jobs (id bigint PRIMARY KEY, state text, cost numeric);
CREATE SEQUENCE app.numbers;
CREATE FUNCTION app.age(since date) RETURNS int LANGUAGE sql STABLE RETURN current_date - since;
RESET ROLE;
CREATE ROLE lookups_team NOLOGIN;
