GRANT SELECT (member_role) ON app.org_members TO case_lookup_my_orgs;
SET LOCAL ROLE case_jwtroles;
GRANT CREATE ON SCHEMA jwtroles TO case_lookup_my_orgs;
SET LOCAL ROLE case_lookup_my_orgs;
CREATE OR REPLACE FUNCTION jwtroles.lookup_my_orgs()
RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC SELECT CAST(array_agg(found.value) AS bigint[]) FROM (SELECT org_id FROM app.org_members WHERE user_id = (SELECT jwtroles.claim_sub()) AND member_role <> 'guest') AS found (value) WHERE found.value IS NOT NULL; END;
SET LOCAL ROLE case_jwtroles;
REVOKE CREATE ON SCHEMA jwtroles FROM case_lookup_my_orgs;
RESET ROLE;
