SET LOCAL ROLE case_jwtroles;
ALTER FUNCTION jwtroles.claim_tenant() RENAME TO claim_tenant_replaced;
CREATE OR REPLACE FUNCTION jwtroles.claim_tenant()
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_tenant() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_tenant() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.pre_request()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $jwtroles$…$jwtroles$;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO reader;
RESET ROLE;
ALTER POLICY jr_reader_select ON app.notes USING (tenant = (SELECT jwtroles.claim_tenant()));
SET LOCAL ROLE case_jwtroles;
DROP FUNCTION jwtroles.claim_tenant_replaced();
RESET ROLE;
