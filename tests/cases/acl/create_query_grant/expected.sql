REVOKE EXECUTE ON FUNCTION app.open_notes(of_author uuid) FROM reader;
GRANT USAGE ON SCHEMA app TO writer;
GRANT EXECUTE ON FUNCTION app.open_notes(of_author uuid) TO writer;
