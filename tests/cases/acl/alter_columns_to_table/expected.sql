GRANT SELECT ON app.notes TO reader;
REVOKE SELECT (body, id, tenant) ON app.notes FROM reader;
