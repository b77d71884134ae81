SET LOCAL ROLE case_jwtroles;
CREATE OR REPLACE FUNCTION jwtroles.pre_request()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $jwtroles$…$jwtroles$;
DROP FUNCTION jwtroles.claim_level();
RESET ROLE;
