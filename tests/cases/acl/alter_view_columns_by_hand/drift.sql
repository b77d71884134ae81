REVOKE SELECT ON app.names FROM reader;
GRANT SELECT (id) ON app.names TO reader;
GRANT UPDATE ON app.names TO reader;
