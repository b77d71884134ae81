REVOKE SELECT (secret) ON app.notes FROM reader;
