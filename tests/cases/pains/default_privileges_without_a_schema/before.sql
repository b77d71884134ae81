-- cyrilgdn/terraform-provider-postgresql 419: default privileges of a role for itself, on schemas and
-- tables. PostgreSQL keeps no entry of what is a default anyway, so the program that looked for its
-- own entry failed ("was present, but now absent").
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.orders (id bigint PRIMARY KEY, note text);
RESET ROLE;
CREATE ROLE "custom-database-role" NOLOGIN;
GRANT USAGE ON SCHEMA app TO "custom-database-role";
ALTER DEFAULT PRIVILEGES FOR ROLE "custom-database-role"
    GRANT USAGE, CREATE ON SCHEMAS TO "custom-database-role";
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner GRANT USAGE, CREATE ON SCHEMAS TO "custom-database-role";
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner GRANT SELECT ON TABLES TO "custom-database-role";
