CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.notes (id bigint PRIMARY KEY, tenant uuid NOT NULL, body text);
CREATE TABLE app.countries (code text PRIMARY KEY, name text NOT NULL);
CREATE TABLE app.opened (at date NOT NULL);
CREATE TABLE app.marks ();
RESET ROLE;
