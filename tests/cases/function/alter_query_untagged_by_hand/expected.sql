SET LOCAL ROLE case_query_open_notes;
COMMENT ON FUNCTION app.open_notes(of_author uuid) IS '[jwtroles: case]';
RESET ROLE;
