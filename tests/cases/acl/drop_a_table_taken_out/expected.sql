REVOKE DELETE ON app.notes FROM reader;
REVOKE SELECT (id) ON app.notes FROM reader;
REVOKE UPDATE ON app.notes FROM reader;
