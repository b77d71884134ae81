GRANT SELECT ON app.events_2026 TO reader;
GRANT UPDATE (what) ON app.events_2026 TO reader;
