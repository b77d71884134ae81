-- The reader passes on what somebody let it pass on: that goes first.
GRANT SELECT ON app.tags TO reader WITH GRANT OPTION;
GRANT reader TO :applier;
SET ROLE reader;
GRANT SELECT ON app.tags TO writer;
RESET ROLE;
