REVOKE TRUNCATE ON app.tags FROM reader;
