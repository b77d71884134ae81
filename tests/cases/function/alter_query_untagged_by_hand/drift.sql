COMMENT ON FUNCTION app.open_notes(uuid) IS NULL;
