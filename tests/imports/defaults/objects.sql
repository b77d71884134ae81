CREATE ROLE app_owner;
CREATE ROLE migrator;
CREATE SCHEMA app AUTHORIZATION app_owner;
CREATE SCHEMA jobs AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.a (id int);
CREATE TABLE app.b (id int);
CREATE TABLE jobs.x (id int);
RESET ROLE;
