-- One table, and nobody who makes anything in public.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.notes (id int PRIMARY KEY, author text);
RESET ROLE;
