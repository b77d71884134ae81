-- Somebody's role, with a comment that stays and rights that go.
CREATE ROLE reader LOGIN;
COMMENT ON ROLE reader IS 'for the report on Mondays';
GRANT SELECT, UPDATE ON app.notes TO reader;
GRANT reader TO :applier WITH ADMIN OPTION;
