GRANT DELETE ON app.events TO reader;
GRANT SELECT ON app.events TO reader;
GRANT DELETE ON app.tags TO reader;
