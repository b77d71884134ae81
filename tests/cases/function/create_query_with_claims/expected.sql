CREATE ROLE case_query_open_notes NOLOGIN;
COMMENT ON ROLE case_query_open_notes IS '[jwtroles: case]';
SET LOCAL ROLE case_jwtroles;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO case_query_open_notes;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO case_query_open_notes;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO case_query_open_notes;
RESET ROLE;
ALTER POLICY jr_floor ON app.notes TO case_query_open_notes, reader;
CREATE POLICY jr_case_query_open_notes_select ON app.notes FOR SELECT TO case_query_open_notes USING (true);
GRANT USAGE ON SCHEMA app TO case_query_open_notes;
GRANT SELECT (author, body, id) ON app.notes TO case_query_open_notes;
GRANT CREATE ON SCHEMA app TO case_query_open_notes;
SET LOCAL ROLE case_jwtroles;
GRANT USAGE ON SCHEMA jwtroles TO case_query_open_notes;
SET LOCAL ROLE case_query_open_notes;
CREATE OR REPLACE FUNCTION app.open_notes(of_author uuid)
RETURNS TABLE(id bigint, body text)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT id, body FROM app.notes WHERE author = of_author AND author = (SELECT jwtroles.claim_sub()); END;
REVOKE ALL ON FUNCTION app.open_notes(of_author uuid) FROM PUBLIC;
COMMENT ON FUNCTION app.open_notes(of_author uuid) IS '[jwtroles: case]';
SET LOCAL ROLE case_jwtroles;
REVOKE USAGE ON SCHEMA jwtroles FROM case_query_open_notes;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_query_open_notes;
GRANT EXECUTE ON FUNCTION app.open_notes(of_author uuid) TO reader;
