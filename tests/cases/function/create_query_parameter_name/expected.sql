DROP FUNCTION app.open_notes(of_author uuid);
GRANT CREATE ON SCHEMA app TO case_query_open_notes;
SET LOCAL ROLE case_query_open_notes;
CREATE OR REPLACE FUNCTION app.open_notes(whose uuid)
RETURNS TABLE(id bigint, body text)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT id, body FROM app.notes WHERE author = whose; END;
REVOKE ALL ON FUNCTION app.open_notes(whose uuid) FROM PUBLIC;
COMMENT ON FUNCTION app.open_notes(whose uuid) IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_query_open_notes;
GRANT EXECUTE ON FUNCTION app.open_notes(whose uuid) TO reader;
