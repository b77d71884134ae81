GRANT SELECT ON app.tags TO reader WITH GRANT OPTION;
GRANT reader TO :applier;
SET ROLE reader;
GRANT SELECT ON app.tags TO etl;
RESET ROLE;
