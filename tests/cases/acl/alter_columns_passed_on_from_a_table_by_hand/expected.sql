SET LOCAL ROLE reader;
REVOKE SELECT (body) ON app.notes FROM writer;
RESET ROLE;
GRANT SELECT (id, tenant) ON app.notes TO writer;
REVOKE SELECT ON app.notes FROM reader CASCADE;
GRANT SELECT (body, id, tenant) ON app.notes TO reader;
