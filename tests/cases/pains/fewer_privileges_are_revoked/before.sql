-- crossplane-contrib/provider-sql 465: INSERT was taken out of the list. Only what the new list names
-- is revoked and granted again, so INSERT stays for ever.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.orders (id bigint PRIMARY KEY, note text);
RESET ROLE;
CREATE ROLE "my-service_user" NOLOGIN;
GRANT USAGE ON SCHEMA app TO "my-service_user";
GRANT SELECT, INSERT ON app.orders TO "my-service_user";
