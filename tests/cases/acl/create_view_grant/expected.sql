REVOKE SELECT ON app.names FROM reader;
GRANT USAGE ON SCHEMA app TO writer;
GRANT SELECT ON app.names TO writer;
