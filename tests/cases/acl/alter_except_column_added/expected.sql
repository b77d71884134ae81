GRANT SELECT (author_2) ON app.notes TO reader;
GRANT UPDATE (author_2) ON app.notes TO reader;
GRANT SELECT (color) ON app.tags TO reader;
