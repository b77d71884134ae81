-- ansible-collections/community.postgresql 15: SELECT on three columns cannot be said; the way around
-- it was by hand, on one column too many and with the grant option.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.data_sources (id bigint PRIMARY KEY, name text, type text, password text);
RESET ROLE;
CREATE ROLE mydb_reader NOLOGIN;
GRANT USAGE ON SCHEMA app TO mydb_reader;
GRANT SELECT (id, name, password), UPDATE (name) ON app.data_sources TO mydb_reader;
GRANT SELECT (id) ON app.data_sources TO mydb_reader WITH GRANT OPTION;
