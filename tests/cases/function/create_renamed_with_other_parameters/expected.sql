ALTER ROLE case_query_how_many RENAME TO case_query_count_notes;
DROP FUNCTION app.how_many(wanted app.state);
ALTER POLICY jr_case_query_how_many_select ON app.notes RENAME TO jr_case_query_count_notes_select;
GRANT CREATE ON SCHEMA app TO case_query_count_notes;
SET LOCAL ROLE case_query_count_notes;
CREATE OR REPLACE FUNCTION app.count_notes(wanted text)
RETURNS TABLE(notes bigint)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT count(*) FROM app.notes WHERE CAST(state AS text) = wanted; END;
REVOKE ALL ON FUNCTION app.count_notes(wanted text) FROM PUBLIC;
COMMENT ON FUNCTION app.count_notes(wanted text) IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_query_count_notes;
GRANT EXECUTE ON FUNCTION app.count_notes(wanted text) TO reader;
