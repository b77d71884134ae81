SET LOCAL ROLE case_jwtroles;
GRANT CREATE ON SCHEMA jwtroles TO case_lookup_my_orgs;
SET LOCAL ROLE case_lookup_my_orgs;
ALTER FUNCTION jwtroles.lookup_my_orgs() RENAME TO lookup_my_orgs_replaced;
CREATE OR REPLACE FUNCTION jwtroles.lookup_my_orgs()
RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT CAST(array_agg(found.value) AS integer[]) FROM (SELECT CAST(org_id AS integer) FROM app.org_members WHERE user_id = (SELECT jwtroles.claim_sub())) AS found (value) WHERE found.value IS NOT NULL; END;
REVOKE ALL ON FUNCTION jwtroles.lookup_my_orgs() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.lookup_my_orgs() IS '[jwtroles: case]';
SET LOCAL ROLE case_jwtroles;
REVOKE CREATE ON SCHEMA jwtroles FROM case_lookup_my_orgs;
SET LOCAL ROLE case_lookup_my_orgs;
GRANT EXECUTE ON FUNCTION jwtroles.lookup_my_orgs() TO member;
RESET ROLE;
ALTER POLICY jr_floor ON app.projects USING (org_id = ANY(CAST((SELECT jwtroles.lookup_my_orgs()) AS integer[])));
SET LOCAL ROLE case_jwtroles;
DROP FUNCTION jwtroles.lookup_my_orgs_replaced();
RESET ROLE;
