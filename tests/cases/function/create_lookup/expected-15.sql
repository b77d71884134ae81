CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
CREATE ROLE case_lookup_my_admin_orgs NOLOGIN;
COMMENT ON ROLE case_lookup_my_admin_orgs IS '[jwtroles: case]';
CREATE ROLE case_lookup_my_orgs NOLOGIN;
COMMENT ON ROLE case_lookup_my_orgs IS '[jwtroles: case]';
CREATE ROLE gate LOGIN NOINHERIT;
COMMENT ON ROLE gate IS '[jwtroles: case]';
CREATE ROLE member NOLOGIN;
COMMENT ON ROLE member IS '[jwtroles: case]';
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
GRANT USAGE ON SCHEMA jwtroles TO case_lookup_my_admin_orgs;
GRANT USAGE ON SCHEMA jwtroles TO case_lookup_my_orgs;
GRANT USAGE ON SCHEMA jwtroles TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO case_lookup_my_admin_orgs;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO case_lookup_my_orgs;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO member;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO case_lookup_my_admin_orgs;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO case_lookup_my_orgs;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO member;
GRANT EXECUTE ON FUNCTION jwtroles.pre_request() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.settings_for(token_role text) TO gate;
RESET ROLE;
CREATE POLICY jr_case_lookup_my_admin_orgs_select ON app.org_members FOR SELECT TO case_lookup_my_admin_orgs USING (true);
CREATE POLICY jr_case_lookup_my_orgs_select ON app.org_members FOR SELECT TO case_lookup_my_orgs USING (true);
GRANT USAGE ON SCHEMA app TO case_lookup_my_admin_orgs;
GRANT USAGE ON SCHEMA app TO case_lookup_my_orgs;
GRANT SELECT (member_role, org_id, user_id) ON app.org_members TO case_lookup_my_admin_orgs;
GRANT SELECT (org_id, user_id) ON app.org_members TO case_lookup_my_orgs;
SET LOCAL ROLE case_jwtroles;
GRANT CREATE ON SCHEMA jwtroles TO case_lookup_my_admin_orgs;
SET LOCAL ROLE case_lookup_my_admin_orgs;
CREATE OR REPLACE FUNCTION jwtroles.lookup_my_admin_orgs()
RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT CAST(array_agg(found.value) AS bigint[]) FROM (SELECT org_id FROM app.org_members WHERE user_id = (SELECT jwtroles.claim_sub()) AND member_role = 'admin') AS found (value) WHERE found.value IS NOT NULL; END;
REVOKE ALL ON FUNCTION jwtroles.lookup_my_admin_orgs() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.lookup_my_admin_orgs() IS '[jwtroles: case]';
SET LOCAL ROLE case_jwtroles;
REVOKE CREATE ON SCHEMA jwtroles FROM case_lookup_my_admin_orgs;
GRANT CREATE ON SCHEMA jwtroles TO case_lookup_my_orgs;
SET LOCAL ROLE case_lookup_my_orgs;
CREATE OR REPLACE FUNCTION jwtroles.lookup_my_orgs()
RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT CAST(array_agg(found.value) AS bigint[]) FROM (SELECT org_id FROM app.org_members WHERE user_id = (SELECT jwtroles.claim_sub())) AS found (value) WHERE found.value IS NOT NULL; END;
REVOKE ALL ON FUNCTION jwtroles.lookup_my_orgs() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.lookup_my_orgs() IS '[jwtroles: case]';
SET LOCAL ROLE case_jwtroles;
REVOKE CREATE ON SCHEMA jwtroles FROM case_lookup_my_orgs;
SET LOCAL ROLE case_lookup_my_admin_orgs;
GRANT EXECUTE ON FUNCTION jwtroles.lookup_my_admin_orgs() TO member;
SET LOCAL ROLE case_lookup_my_orgs;
GRANT EXECUTE ON FUNCTION jwtroles.lookup_my_orgs() TO member;
RESET ROLE;
CREATE POLICY jr_floor ON app.org_members AS RESTRICTIVE TO member USING (org_id = ANY(CAST((SELECT jwtroles.lookup_my_orgs()) AS bigint[])));
CREATE POLICY jr_member_select ON app.org_members FOR SELECT TO member USING (true);
CREATE POLICY jr_floor ON app.projects AS RESTRICTIVE TO member USING (org_id = ANY(CAST((SELECT jwtroles.lookup_my_orgs()) AS bigint[])));
CREATE POLICY jr_member_delete ON app.projects FOR DELETE TO member USING (org_id = ANY(CAST((SELECT jwtroles.lookup_my_admin_orgs()) AS bigint[])));
CREATE POLICY jr_member_select ON app.projects FOR SELECT TO member USING (true);
ALTER TABLE app.org_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.projects ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA app TO member;
GRANT SELECT (member_role, org_id, user_id) ON app.org_members TO member;
GRANT DELETE ON app.projects TO member;
GRANT SELECT ON app.projects TO member;
GRANT member TO gate;
SET LOCAL ROLE case_jwtroles;
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (1, '[{"claim":"sub","path":["sub"],"split":null,"test":"present","value":null}]', 'member');
RESET ROLE;
