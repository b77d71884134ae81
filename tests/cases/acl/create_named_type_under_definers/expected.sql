CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
CREATE ROLE case_lookup_open_states NOLOGIN;
COMMENT ON ROLE case_lookup_open_states IS '[jwtroles: case]';
CREATE ROLE case_query_in_state NOLOGIN;
COMMENT ON ROLE case_query_in_state IS '[jwtroles: case]';
CREATE ROLE case_view_note_states NOLOGIN;
COMMENT ON ROLE case_view_note_states IS '[jwtroles: case]';
CREATE ROLE gate LOGIN NOINHERIT;
COMMENT ON ROLE gate IS '[jwtroles: case]';
CREATE ROLE reader NOLOGIN;
COMMENT ON ROLE reader IS '[jwtroles: case]';
CREATE SCHEMA jwtroles AUTHORIZATION case_jwtroles;
SET LOCAL ROLE case_jwtroles;
COMMENT ON SCHEMA jwtroles IS '[jwtroles: case]';
CREATE TABLE jwtroles.claim_role ("position" integer NOT NULL, conditions jsonb NOT NULL, role text NOT NULL, PRIMARY KEY ("position"));
CREATE TABLE jwtroles.role_setting (role text NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (role, name));
CREATE OR REPLACE FUNCTION jwtroles.claim_sub()
RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_sub() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_sub() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.claim_tenant()
RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_tenant() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_tenant() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.claims()
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claims() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claims() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.pre_request()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.pre_request() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.pre_request() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.role_for(claims jsonb)
RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.role_for(claims jsonb) FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.role_for(claims jsonb) IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.settings_for(token_role text)
RETURNS TABLE(name text, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.settings_for(token_role text) FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.settings_for(token_role text) IS '[jwtroles: case]';
GRANT USAGE ON SCHEMA jwtroles TO case_lookup_open_states;
GRANT USAGE ON SCHEMA jwtroles TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO case_lookup_open_states;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO case_query_in_state;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO case_view_note_states;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO case_lookup_open_states;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO case_query_in_state;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO case_view_note_states;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO case_lookup_open_states;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO case_query_in_state;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO case_view_note_states;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.pre_request() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.settings_for(token_role text) TO gate;
RESET ROLE;
CREATE POLICY jr_case_lookup_open_states_select ON app.notes FOR SELECT TO case_lookup_open_states USING (true);
GRANT USAGE ON SCHEMA app TO case_lookup_open_states;
GRANT SELECT (body, state) ON app.notes TO case_lookup_open_states;
GRANT USAGE ON TYPE app.state TO case_lookup_open_states;
SET LOCAL ROLE case_jwtroles;
GRANT CREATE ON SCHEMA jwtroles TO case_lookup_open_states;
SET LOCAL ROLE case_lookup_open_states;
CREATE OR REPLACE FUNCTION jwtroles.lookup_open_states()
RETURNS app.state[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT CAST(array_agg(found.value) AS app.state[]) FROM (SELECT state FROM app.notes WHERE body IS NULL) AS found (value) WHERE found.value IS NOT NULL; END;
REVOKE ALL ON FUNCTION jwtroles.lookup_open_states() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.lookup_open_states() IS '[jwtroles: case]';
SET LOCAL ROLE case_jwtroles;
REVOKE CREATE ON SCHEMA jwtroles FROM case_lookup_open_states;
SET LOCAL ROLE case_lookup_open_states;
GRANT EXECUTE ON FUNCTION jwtroles.lookup_open_states() TO reader;
RESET ROLE;
CREATE POLICY jr_reader_select ON app.notes FOR SELECT TO reader USING (state = ANY(CAST((SELECT jwtroles.lookup_open_states()) AS app.state[])));
REVOKE USAGE ON TYPE app.state FROM PUBLIC;
ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY jr_case_query_in_state_select ON app.notes FOR SELECT TO case_query_in_state USING (true);
CREATE POLICY jr_case_view_note_states_select ON app.notes FOR SELECT TO case_view_note_states USING (true);
GRANT USAGE ON SCHEMA app TO case_query_in_state;
GRANT USAGE ON SCHEMA app TO case_view_note_states;
GRANT SELECT (id, state) ON app.notes TO case_query_in_state;
GRANT SELECT (id, state) ON app.notes TO case_view_note_states;
GRANT USAGE ON TYPE app.state TO case_query_in_state;
GRANT USAGE ON TYPE app.state TO case_view_note_states;
GRANT CREATE ON SCHEMA app TO case_query_in_state;
SET LOCAL ROLE case_query_in_state;
CREATE OR REPLACE FUNCTION app.in_state(wanted app.state)
RETURNS TABLE(id bigint)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT n.id FROM app.notes AS n WHERE n.state = wanted; END;
REVOKE ALL ON FUNCTION app.in_state(wanted app.state) FROM PUBLIC;
COMMENT ON FUNCTION app.in_state(wanted app.state) IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_query_in_state;
GRANT CREATE ON SCHEMA app TO case_view_note_states;
SET LOCAL ROLE case_view_note_states;
CREATE VIEW app.note_states WITH (security_barrier = true) AS SELECT id, state FROM app.notes;
COMMENT ON VIEW app.note_states IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_view_note_states;
GRANT USAGE ON SCHEMA app TO reader;
GRANT EXECUTE ON FUNCTION app.in_state(wanted app.state) TO reader;
GRANT SELECT ON app.note_states TO reader;
GRANT SELECT (id, state) ON app.notes TO reader;
GRANT USAGE ON TYPE app.state TO reader;
GRANT reader TO gate WITH ADMIN FALSE, INHERIT FALSE, SET TRUE;
