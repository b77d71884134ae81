GRANT SELECT (state) ON app.notes TO reader;
