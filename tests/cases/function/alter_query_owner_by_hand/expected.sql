GRANT CREATE ON SCHEMA app TO case_query_open_notes;
ALTER FUNCTION app.open_notes(of_author uuid) OWNER TO case_query_open_notes;
REVOKE CREATE ON SCHEMA app FROM case_query_open_notes;
