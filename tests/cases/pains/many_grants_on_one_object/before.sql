-- cyrilgdn/terraform-provider-postgresql 178, 223 and 425, pulumi/pulumi-postgresql 126: several roles
-- get rights on one schema and one table. Grants that run side by side fail with "tuple concurrently
-- updated". (test_pains.py runs two applies of this at once, and grants of somebody else beside them.)
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.orders (id bigint PRIMARY KEY, note text);
RESET ROLE;
CREATE ROLE rw_role NOLOGIN;
CREATE ROLE ro_role NOLOGIN;
CREATE ROLE svc_admin NOLOGIN;
CREATE ROLE demo NOLOGIN;
CREATE ROLE demo2 NOLOGIN;
GRANT CREATE, USAGE ON SCHEMA app TO svc_admin;
