CREATE ROLE case_lookup_how_many NOLOGIN;
COMMENT ON ROLE case_lookup_how_many IS '[jwtroles: case]';
CREATE ROLE case_query_count_marks NOLOGIN;
COMMENT ON ROLE case_query_count_marks IS '[jwtroles: case]';
CREATE ROLE case_query_count_notes NOLOGIN;
COMMENT ON ROLE case_query_count_notes IS '[jwtroles: case]';
CREATE ROLE case_query_count_pairs NOLOGIN;
COMMENT ON ROLE case_query_count_pairs IS '[jwtroles: case]';
CREATE ROLE case_view_a_row_each NOLOGIN;
COMMENT ON ROLE case_view_a_row_each IS '[jwtroles: case]';
SET LOCAL ROLE case_jwtroles;
GRANT USAGE ON SCHEMA jwtroles TO case_lookup_how_many;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO case_lookup_how_many;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO case_query_count_marks;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO case_query_count_notes;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO case_query_count_pairs;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO case_view_a_row_each;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO case_lookup_how_many;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO case_query_count_marks;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO case_query_count_notes;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO case_query_count_pairs;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO case_view_a_row_each;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO case_lookup_how_many;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO case_query_count_marks;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO case_query_count_notes;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO case_query_count_pairs;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO case_view_a_row_each;
RESET ROLE;
GRANT USAGE ON SCHEMA app TO case_lookup_how_many;
GRANT SELECT (code) ON app.countries TO case_lookup_how_many;
SET LOCAL ROLE case_jwtroles;
GRANT CREATE ON SCHEMA jwtroles TO case_lookup_how_many;
SET LOCAL ROLE case_lookup_how_many;
CREATE OR REPLACE FUNCTION jwtroles.lookup_how_many()
RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT CAST(array_agg(found.value) AS bigint[]) FROM (SELECT count(*) FROM app.countries) AS found (value) WHERE found.value IS NOT NULL; END;
REVOKE ALL ON FUNCTION jwtroles.lookup_how_many() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.lookup_how_many() IS '[jwtroles: case]';
SET LOCAL ROLE case_jwtroles;
REVOKE CREATE ON SCHEMA jwtroles FROM case_lookup_how_many;
RESET ROLE;
ALTER POLICY jr_floor ON app.notes TO case_query_count_marks, case_query_count_notes, case_query_count_pairs, case_view_a_row_each, reader;
CREATE POLICY jr_case_query_count_notes_select ON app.notes FOR SELECT TO case_query_count_notes USING (true);
CREATE POLICY jr_case_query_count_pairs_select ON app.notes FOR SELECT TO case_query_count_pairs USING (true);
CREATE POLICY jr_case_view_a_row_each_select ON app.notes FOR SELECT TO case_view_a_row_each USING (true);
GRANT USAGE ON SCHEMA app TO case_query_count_marks;
GRANT USAGE ON SCHEMA app TO case_query_count_notes;
GRANT USAGE ON SCHEMA app TO case_query_count_pairs;
GRANT USAGE ON SCHEMA app TO case_view_a_row_each;
GRANT SELECT (code) ON app.countries TO case_query_count_pairs;
GRANT SELECT ON app.marks TO case_query_count_marks;
GRANT SELECT (tenant) ON app.notes TO case_query_count_notes;
GRANT SELECT (tenant) ON app.notes TO case_query_count_pairs;
GRANT SELECT (tenant) ON app.notes TO case_view_a_row_each;
GRANT SELECT (at) ON app.opened TO case_query_count_notes;
GRANT SELECT (at) ON app.opened TO case_query_count_pairs;
GRANT SELECT (at) ON app.opened TO case_view_a_row_each;
GRANT CREATE ON SCHEMA app TO case_query_count_marks;
SET LOCAL ROLE case_query_count_marks;
CREATE OR REPLACE FUNCTION app.count_marks()
RETURNS TABLE(marks bigint)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT count(*) FROM app.marks; END;
REVOKE ALL ON FUNCTION app.count_marks() FROM PUBLIC;
COMMENT ON FUNCTION app.count_marks() IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_query_count_marks;
GRANT CREATE ON SCHEMA app TO case_query_count_notes;
SET LOCAL ROLE case_query_count_notes;
CREATE OR REPLACE FUNCTION app.count_notes()
RETURNS TABLE(notes bigint)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT count(*) FROM app.notes; END;
REVOKE ALL ON FUNCTION app.count_notes() FROM PUBLIC;
COMMENT ON FUNCTION app.count_notes() IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_query_count_notes;
GRANT CREATE ON SCHEMA app TO case_query_count_pairs;
SET LOCAL ROLE case_query_count_pairs;
CREATE OR REPLACE FUNCTION app.count_pairs()
RETURNS TABLE(pairs bigint)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT count(*) FROM app.notes, app.countries; END;
REVOKE ALL ON FUNCTION app.count_pairs() FROM PUBLIC;
COMMENT ON FUNCTION app.count_pairs() IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_query_count_pairs;
GRANT CREATE ON SCHEMA app TO case_view_a_row_each;
SET LOCAL ROLE case_view_a_row_each;
CREATE VIEW app.a_row_each WITH (security_barrier = true) AS SELECT 1 AS one FROM app.notes;
COMMENT ON VIEW app.a_row_each IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_view_a_row_each;
GRANT SELECT ON app.a_row_each TO reader;
GRANT EXECUTE ON FUNCTION app.count_marks() TO reader;
GRANT EXECUTE ON FUNCTION app.count_notes() TO reader;
GRANT EXECUTE ON FUNCTION app.count_pairs() TO reader;
