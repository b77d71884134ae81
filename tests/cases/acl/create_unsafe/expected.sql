GRANT REFERENCES ON app.notes TO sweeper;
GRANT TRUNCATE ON app.notes TO sweeper;
GRANT TRIGGER ON app.tags TO sweeper;
