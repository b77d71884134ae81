-- One condition on tables whose columns of one name differ in type: each prints in its own way.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE DOMAIN app.slug AS varchar(30);
CREATE TABLE app.words (id bigint, kind text);
CREATE TABLE app.more_words (kind text, id integer);
CREATE TABLE app.names (id bigint, kind varchar(20));
CREATE TABLE app.codes (id bigint, kind char(4));
CREATE TABLE app.slugs (id bigint, kind app.slug);
CREATE TABLE app.numbers (id numeric, kind text);
RESET ROLE;
