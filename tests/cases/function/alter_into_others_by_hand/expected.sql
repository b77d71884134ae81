ALTER ROUTINE jwtroles.claim_roles() OWNER TO case_jwtroles;
SET LOCAL ROLE case_jwtroles;
ALTER ROUTINE jwtroles.claim_roles() RENAME TO claim_roles_replaced;
CREATE OR REPLACE FUNCTION jwtroles.claim_roles()
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_roles() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_roles() IS '[jwtroles: case]';
RESET ROLE;
ALTER FUNCTION jwtroles.pre_request() OWNER TO case_jwtroles;
SET LOCAL ROLE case_jwtroles;
ALTER FUNCTION jwtroles.pre_request() RENAME TO pre_request_replaced;
CREATE OR REPLACE FUNCTION jwtroles.pre_request()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.pre_request() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.pre_request() IS '[jwtroles: case]';
GRANT EXECUTE ON FUNCTION jwtroles.claim_roles() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_roles() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.claim_roles() TO writer;
GRANT EXECUTE ON FUNCTION jwtroles.pre_request() TO gate;
DROP FUNCTION jwtroles.pre_request_replaced();
DROP ROUTINE jwtroles.claim_roles_replaced();
RESET ROLE;
