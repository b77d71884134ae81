REVOKE DELETE ON app.tags FROM reader;
REVOKE INSERT ON app.tags FROM reader;
REVOKE UPDATE (name) ON app.tags FROM reader;
