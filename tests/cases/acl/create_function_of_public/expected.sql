GRANT EXECUTE ON FUNCTION app.age(since date) TO reader;
