CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.notes (id bigint PRIMARY KEY, tenant uuid NOT NULL, body text);
CREATE FUNCTION app.shown(text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 <> 'draft';
CREATE FUNCTION app.short(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN left($1, 9);
RESET ROLE;
