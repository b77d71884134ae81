-- cyrilgdn/terraform-provider-postgresql 203, dalibo/ldap2pg 433: a role of ours leaves the file, and
-- DROP ROLE fails since objects depend on it: rights on tables, columns, sequences, functions and the
-- schema, default privileges, policies, and members. REASSIGN OWNED and DROP OWNED were run before,
-- in another database.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.jobs (id bigint PRIMARY KEY, state text, cost numeric);
CREATE SEQUENCE app.numbers;
CREATE FUNCTION app.age(since date) RETURNS int LANGUAGE sql STABLE RETURN current_date - since;
RESET ROLE;
CREATE ROLE lookups_team NOLOGIN;
CREATE ROLE gaas_oper NOLOGIN;
COMMENT ON ROLE gaas_oper IS '[jwtroles: case]';
GRANT USAGE, CREATE ON SCHEMA app TO gaas_oper;
GRANT SELECT, TRUNCATE ON app.jobs TO gaas_oper;
GRANT UPDATE (state) ON app.jobs TO gaas_oper;
GRANT USAGE ON SEQUENCE app.numbers TO gaas_oper;
GRANT EXECUTE ON FUNCTION app.age(date) TO gaas_oper;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner GRANT SELECT ON TABLES TO gaas_oper;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA app GRANT USAGE ON SEQUENCES TO gaas_oper;
CREATE POLICY oper_sees ON app.jobs FOR SELECT TO gaas_oper USING (cost < 100);
GRANT gaas_oper TO lookups_team;
