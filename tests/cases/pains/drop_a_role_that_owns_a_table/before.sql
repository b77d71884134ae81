-- dalibo/ldap2pg 422, cyrilgdn/terraform-provider-postgresql 435: the role to drop owns something.
-- Others revoke its membership in the group of managed roles first, fail at DROP ROLE, and forget it:
-- it can still log in. Here nothing may have been changed.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.jobs (id bigint PRIMARY KEY, state text, cost numeric);
CREATE SEQUENCE app.numbers;
CREATE FUNCTION app.age(since date) RETURNS int LANGUAGE sql STABLE RETURN current_date - since;
RESET ROLE;
CREATE ROLE lookups_team NOLOGIN;
CREATE ROLE lookups_editors LOGIN;
COMMENT ON ROLE lookups_editors IS '[jwtroles: case]';
GRANT SELECT ON app.jobs TO lookups_editors;
CREATE TABLE app.of_the_editor (id int);
ALTER TABLE app.of_the_editor OWNER TO lookups_editors;
