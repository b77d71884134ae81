-- The reader leaves the file; the writer has rights from it that stay, and one that does not.
GRANT SELECT, DELETE ON app.tags TO reader WITH GRANT OPTION;
REVOKE SELECT ON app.tags FROM writer;
SET ROLE reader;
GRANT SELECT, DELETE ON app.tags TO writer;
RESET ROLE;
