REVOKE EXECUTE ON FUNCTION app.age(since date) FROM reader;
