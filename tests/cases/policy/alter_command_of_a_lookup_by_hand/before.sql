CREATE ROLE app_owner NOLOGIN;
CREATE ROLE etl NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.members (org bigint NOT NULL, person uuid NOT NULL);
CREATE TABLE app.projects (id int PRIMARY KEY, org bigint NOT NULL);
RESET ROLE;
