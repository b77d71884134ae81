REVOKE SELECT (body) ON app.notes FROM case_query_open_notes;
GRANT CREATE ON SCHEMA app TO case_query_open_notes;
DROP FUNCTION app.open_notes(of_author uuid);
SET LOCAL ROLE case_query_open_notes;
CREATE OR REPLACE FUNCTION app.open_notes(of_author uuid)
RETURNS TABLE(id bigint)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT id FROM app.notes WHERE author = of_author; END;
REVOKE ALL ON FUNCTION app.open_notes(of_author uuid) FROM PUBLIC;
COMMENT ON FUNCTION app.open_notes(of_author uuid) IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_query_open_notes;
GRANT EXECUTE ON FUNCTION app.open_notes(of_author uuid) TO reader;
