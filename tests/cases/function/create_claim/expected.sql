SET LOCAL ROLE case_jwtroles;
CREATE OR REPLACE FUNCTION jwtroles.claim_level()
RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_level() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_level() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.pre_request()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $jwtroles$…$jwtroles$;
GRANT EXECUTE ON FUNCTION jwtroles.claim_level() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_level() TO reader;
RESET ROLE;
