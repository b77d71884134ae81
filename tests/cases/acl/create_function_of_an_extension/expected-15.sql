CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
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
GRANT USAGE ON SCHEMA jwtroles TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.pre_request() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.settings_for(token_role text) TO gate;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION app.ours(text) FROM PUBLIC;
GRANT USAGE ON SCHEMA app TO reader;
GRANT EXECUTE ON FUNCTION app.came_closed(text) TO reader;
GRANT EXECUTE ON FUNCTION app.came_with(text) TO reader;
GRANT EXECUTE ON FUNCTION app.ours(text) TO reader;
GRANT reader TO gate;
SET LOCAL ROLE case_jwtroles;
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (1, '[{"claim":"sub","path":["sub"],"split":null,"test":"present","value":null}]', 'reader');
RESET ROLE;
