-- The reader passed rights on, and can no longer name the tables to take them back.
GRANT SELECT, DELETE ON app.tags TO reader WITH GRANT OPTION;
REVOKE SELECT ON app.tags FROM writer;
SET ROLE reader;
GRANT SELECT, DELETE ON app.tags TO writer WITH GRANT OPTION;
RESET ROLE;
REVOKE USAGE ON SCHEMA app FROM reader;
