REVOKE MAINTAIN ON app.tags FROM reader;
REVOKE TRUNCATE ON app.tags FROM reader;
