CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app."table-one" (id bigint PRIMARY KEY);
CREATE TABLE app."table-two" (id bigint PRIMARY KEY);
RESET ROLE;
