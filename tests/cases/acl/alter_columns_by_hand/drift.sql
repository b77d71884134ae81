GRANT SELECT (secret) ON app.notes TO reader;
REVOKE SELECT (body) ON app.notes FROM reader;
