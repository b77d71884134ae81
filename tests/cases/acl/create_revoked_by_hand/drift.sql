REVOKE SELECT ON app.tags, app.notes FROM reader;
REVOKE USAGE ON SCHEMA app FROM reader;
