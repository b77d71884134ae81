-- A child of a table under a floor, a table of memberships, and roles that ask for more than the floor.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.notes (id bigint PRIMARY KEY, tenant uuid NOT NULL, author uuid NOT NULL, body text);
CREATE TABLE app.comments (note_id bigint NOT NULL, author uuid NOT NULL, body text);
CREATE TABLE app.members (note_id bigint NOT NULL, person uuid NOT NULL);
RESET ROLE;
