REVOKE SELECT (body, tenant) ON app.notes FROM reader;
