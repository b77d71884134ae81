-- ansible-collections/community.general 884 and cyrilgdn/terraform-provider-postgresql 283: default
-- privileges, also those of types that came along unasked. They give rights on each table that is made
-- later, and none on those that are there.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.orders (id bigint PRIMARY KEY, note text);
RESET ROLE;
CREATE ROLE frontend_user NOLOGIN;
GRANT USAGE ON SCHEMA app TO frontend_user;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA app
    GRANT SELECT, INSERT ON TABLES TO frontend_user;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA app GRANT USAGE ON TYPES TO frontend_user;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner GRANT EXECUTE ON FUNCTIONS TO frontend_user;
