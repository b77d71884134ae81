GRANT USAGE ON SCHEMA app TO reader;
GRANT SELECT (body, id, tenant) ON app.notes TO reader;
GRANT SELECT ON app.tags TO reader;
