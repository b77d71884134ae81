REVOKE DELETE ON app.tags FROM reader;
REVOKE INSERT ON app.tags FROM reader;
REVOKE REFERENCES ON app.tags FROM reader;
REVOKE TRIGGER ON app.tags FROM reader;
REVOKE TRUNCATE ON app.tags FROM reader;
REVOKE UPDATE (name) ON app.tags FROM reader;
