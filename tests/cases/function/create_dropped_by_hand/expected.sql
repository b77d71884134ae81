SET LOCAL ROLE case_jwtroles;
CREATE OR REPLACE FUNCTION jwtroles.claim_tenant()
RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_tenant() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_tenant() IS '[jwtroles: case]';
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO reader;
RESET ROLE;
CREATE POLICY jr_floor ON app.notes AS RESTRICTIVE TO reader USING (tenant = (SELECT jwtroles.claim_tenant()));
