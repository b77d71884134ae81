GRANT SELECT (id, tenant) ON app.notes TO writer;
REVOKE GRANT OPTION FOR SELECT (body, id, tenant) ON app.notes FROM reader CASCADE;
GRANT SELECT ON app.tags TO writer;
REVOKE GRANT OPTION FOR SELECT ON app.tags FROM reader CASCADE;
