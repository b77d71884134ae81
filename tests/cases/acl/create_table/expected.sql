GRANT DELETE ON app.tags TO reader;
GRANT INSERT ON app.tags TO reader;
GRANT UPDATE (name) ON app.tags TO reader;
