GRANT SELECT ON app.events TO reader;
