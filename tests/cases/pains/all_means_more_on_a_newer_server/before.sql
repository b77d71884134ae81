-- cyrilgdn/terraform-provider-postgresql 506 and 573: ALL on tables and as default privilege. Since
-- PostgreSQL 17 it includes MAINTAIN, which is missing from lists of privileges in programs, so the
-- plan either never ends or cannot name what is there.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.games (id bigint PRIMARY KEY, score int NOT NULL);
RESET ROLE;
CREATE ROLE exampleuser NOLOGIN;
GRANT USAGE ON SCHEMA app TO exampleuser;
GRANT ALL ON app.games TO exampleuser;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA app GRANT ALL ON TABLES TO exampleuser;
