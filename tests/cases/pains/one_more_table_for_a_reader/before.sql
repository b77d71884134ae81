-- cyrilgdn/terraform-provider-postgresql 208 and 321: one more table (or right) makes the provider
-- revoke everything and grant it again in another transaction. Programs that read "table-one" fail in
-- between. Nothing that the role keeps may be revoked.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app."table-one" (id bigint PRIMARY KEY);
CREATE TABLE app."table-two" (id bigint PRIMARY KEY);
RESET ROLE;
CREATE ROLE "test-role" NOLOGIN;
GRANT USAGE ON SCHEMA app TO "test-role";
GRANT SELECT ON app."table-one" TO "test-role";
