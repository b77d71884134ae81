CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
CREATE ROLE member NOLOGIN;
COMMENT ON ROLE member IS '[jwtroles: case]';
CREATE SCHEMA jwtroles AUTHORIZATION case_jwtroles;
SET LOCAL ROLE case_jwtroles;
COMMENT ON SCHEMA jwtroles IS '[jwtroles: case]';
CREATE TABLE jwtroles.claim_role ("position" integer NOT NULL, conditions jsonb NOT NULL, role text NOT NULL, PRIMARY KEY ("position"));
CREATE TABLE jwtroles.role_setting (role text NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (role, name));
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
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO member;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO member;
RESET ROLE;
CREATE POLICY jr_floor ON app.events AS RESTRICTIVE TO member USING (tenant = (SELECT jwtroles.claim_tenant()));
CREATE POLICY jr_member_select ON app.events FOR SELECT TO member USING (at > '2010-01-01');
CREATE POLICY jr_floor ON app.events_now AS RESTRICTIVE TO member USING (tenant = (SELECT jwtroles.claim_tenant()));
REVOKE SELECT ON app.events_old FROM PUBLIC;
ALTER TABLE app.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.events_now ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA app TO member;
GRANT SELECT ON app.events TO member;
