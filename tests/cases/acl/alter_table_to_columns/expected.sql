REVOKE SELECT ON app.notes FROM reader;
GRANT SELECT (body, id, tenant) ON app.notes TO reader;
