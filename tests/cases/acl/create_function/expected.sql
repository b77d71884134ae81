REVOKE EXECUTE ON FUNCTION app.age(since date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.age(since date) TO reader;
