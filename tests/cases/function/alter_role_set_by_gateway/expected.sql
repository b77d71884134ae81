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
GRANT USAGE ON SCHEMA jwtroles TO reader;
GRANT USAGE ON SCHEMA jwtroles TO writer;
GRANT EXECUTE ON FUNCTION jwtroles.pre_request() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.pre_request() TO writer;
GRANT EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) TO writer;
GRANT EXECUTE ON FUNCTION jwtroles.settings_for(token_role text) TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.settings_for(token_role text) TO writer;
RESET ROLE;
