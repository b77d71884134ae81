-- thepartly/pgroles 206: rights that somebody with the grant option has passed on. REVOKE without the
-- grantor says nothing and does nothing, not even as a superuser: 24 such changes were applied again
-- every second.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.records (id bigint PRIMARY KEY, body text);
RESET ROLE;
CREATE ROLE delegate NOLOGIN;
GRANT USAGE ON SCHEMA app TO delegate;
GRANT SELECT, DELETE ON app.records TO delegate WITH GRANT OPTION;
CREATE ROLE app_reader NOLOGIN;
GRANT USAGE ON SCHEMA app TO app_reader;
GRANT SELECT ON app.records TO app_reader;
SET ROLE delegate;
GRANT SELECT, DELETE ON app.records TO app_reader;
