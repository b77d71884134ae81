-- From the reader over a role that the file does not know.
GRANT SELECT ON app.tags TO reader WITH GRANT OPTION;
REVOKE SELECT ON app.tags FROM writer, etl;
SET ROLE reader;
GRANT SELECT ON app.tags TO etl WITH GRANT OPTION;
SET ROLE etl;
GRANT SELECT ON app.tags TO writer;
RESET ROLE;
