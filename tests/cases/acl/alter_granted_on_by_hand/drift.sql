-- The reader passes on what somebody let it pass on: that goes first.
GRANT SELECT ON app.tags TO reader WITH GRANT OPTION;
SET ROLE :applier;
GRANT reader TO :applier;
RESET ROLE;
SET ROLE reader;
GRANT SELECT ON app.tags TO writer;
RESET ROLE;
