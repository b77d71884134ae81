CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.notes (id bigint PRIMARY KEY, tenant text NOT NULL, level integer);
RESET ROLE;
