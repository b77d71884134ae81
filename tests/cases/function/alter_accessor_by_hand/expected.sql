SET LOCAL ROLE case_jwtroles;
CREATE OR REPLACE FUNCTION jwtroles.claim_tenant()
RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
RESET ROLE;
