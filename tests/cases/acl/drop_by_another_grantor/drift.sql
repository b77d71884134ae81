GRANT UPDATE ON app.tags TO etl WITH GRANT OPTION;
GRANT etl TO :applier;
SET ROLE etl;
GRANT UPDATE ON app.tags TO reader;
RESET ROLE;
