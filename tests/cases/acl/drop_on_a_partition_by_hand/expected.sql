REVOKE SELECT ON app.events_2026 FROM reader;
REVOKE UPDATE (what) ON app.events_2026 FROM reader;
