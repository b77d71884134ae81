CREATE ROLE old_reader;
GRANT SELECT ON app.tags TO old_reader;
GRANT ALL ON app.notes TO old_reader;
GRANT old_reader TO :applier WITH ADMIN OPTION;
