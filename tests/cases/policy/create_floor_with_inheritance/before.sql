CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.documents (id bigint, tenant uuid NOT NULL);
CREATE TABLE app.samples () INHERITS (app.documents);
CREATE TABLE app.letters (body text) INHERITS (app.documents);
CREATE TABLE app.drafts () INHERITS (app.letters);
RESET ROLE;
