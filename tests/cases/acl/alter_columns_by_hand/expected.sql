REVOKE SELECT (secret) ON app.notes FROM reader;
GRANT SELECT (body) ON app.notes TO reader;
