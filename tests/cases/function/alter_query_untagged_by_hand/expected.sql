GRANT CREATE ON SCHEMA app TO case_query_open_notes;
SET LOCAL ROLE case_query_open_notes;
COMMENT ON FUNCTION app.open_notes(of_author uuid) IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_query_open_notes;
