GRANT SELECT (secret) ON app.notes TO reader WITH GRANT OPTION;
