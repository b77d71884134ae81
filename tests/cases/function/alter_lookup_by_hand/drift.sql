CREATE OR REPLACE FUNCTION jwtroles.lookup_my_orgs() RETURNS bigint[]
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    AS 'SELECT array_agg(org_id) FROM app.org_members';
GRANT EXECUTE ON FUNCTION jwtroles.lookup_my_orgs() TO PUBLIC;
GRANT SELECT (secret) ON app.org_members TO case_lookup_my_orgs;
