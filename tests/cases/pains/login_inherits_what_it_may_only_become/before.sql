-- cyrilgdn/terraform-provider-postgresql 574, cloudnative-pg/cloudnative-pg 10007: a login that is to
-- become its role by SET ROLE alone has inherited it, since the options of a membership could not be
-- said. On 16 and later they are per membership, before that an attribute of the login.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.records (id bigint PRIMARY KEY, body text);
RESET ROLE;
CREATE ROLE rdsadmin NOLOGIN;
CREATE ROLE dante_writer NOLOGIN;
GRANT USAGE ON SCHEMA app TO dante_writer;
GRANT SELECT, UPDATE ON app.records TO dante_writer;
CREATE ROLE dante LOGIN INHERIT;
