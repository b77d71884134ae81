CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.games (id bigint PRIMARY KEY, score int NOT NULL);
RESET ROLE;
