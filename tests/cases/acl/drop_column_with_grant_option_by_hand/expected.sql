REVOKE SELECT (secret) ON app.notes FROM reader;
REVOKE GRANT OPTION FOR SELECT (secret) ON app.notes FROM reader;
