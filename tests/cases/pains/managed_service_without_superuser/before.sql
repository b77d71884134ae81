-- Squarespace/pgbedrock 12, dalibo/ldap2pg 209 and 421: a managed service gives no superuser, so
-- pg_authid cannot be read and REASSIGN OWNED BY … TO postgres is refused. The applying role may
-- create roles and is a member of the tables' owner; another superuser has made some of the roles.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.orders (id bigint PRIMARY KEY, note text);
RESET ROLE;
CREATE ROLE report NOLOGIN;
CREATE ROLE web LOGIN INHERIT PASSWORD 'of their own';
GRANT USAGE ON SCHEMA app TO report, web;
GRANT SELECT, INSERT ON app.orders TO report, web;
