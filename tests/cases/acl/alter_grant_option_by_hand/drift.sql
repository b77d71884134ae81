GRANT SELECT ON app.tags TO reader WITH GRANT OPTION;
GRANT SELECT (id, body) ON app.notes TO reader WITH GRANT OPTION;
