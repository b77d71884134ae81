CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.data_sources (id bigint PRIMARY KEY, name text, type text, password text);
RESET ROLE;
