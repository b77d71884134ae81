REVOKE UPDATE ON app.names FROM reader;
GRANT SELECT ON app.names TO reader;
REVOKE SELECT (id) ON app.names FROM reader;
