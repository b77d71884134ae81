-- The reader passed on what the writer is to have, and something that it is not to have.
GRANT SELECT ON app.tags TO reader WITH GRANT OPTION;
GRANT SELECT (id, tenant, body) ON app.notes TO reader WITH GRANT OPTION;
REVOKE SELECT ON app.tags FROM writer;
REVOKE SELECT (id, tenant) ON app.notes FROM writer;
SET ROLE reader;
GRANT SELECT ON app.tags TO writer;
GRANT SELECT (id, tenant, body) ON app.notes TO writer;
RESET ROLE;
