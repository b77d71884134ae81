SET LOCAL ROLE case_jwtroles;
CREATE OR REPLACE FUNCTION jwtroles.pre_request()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $jwtroles$…$jwtroles$;
CREATE OR REPLACE FUNCTION jwtroles.role_for(claims jsonb)
RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $jwtroles$…$jwtroles$;
REVOKE EXECUTE ON FUNCTION jwtroles.pre_request() FROM reader;
REVOKE EXECUTE ON FUNCTION jwtroles.pre_request() FROM writer;
REVOKE EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) FROM reader;
REVOKE EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) FROM writer;
REVOKE EXECUTE ON FUNCTION jwtroles.settings_for(token_role text) FROM reader;
REVOKE EXECUTE ON FUNCTION jwtroles.settings_for(token_role text) FROM writer;
REVOKE USAGE ON SCHEMA jwtroles FROM reader;
REVOKE USAGE ON SCHEMA jwtroles FROM writer;
RESET ROLE;
