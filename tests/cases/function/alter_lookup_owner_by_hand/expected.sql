SET LOCAL ROLE case_jwtroles;
GRANT CREATE ON SCHEMA jwtroles TO case_lookup_my_orgs;
RESET ROLE;
ALTER FUNCTION jwtroles.lookup_my_orgs() OWNER TO case_lookup_my_orgs;
SET LOCAL ROLE case_jwtroles;
REVOKE CREATE ON SCHEMA jwtroles FROM case_lookup_my_orgs;
RESET ROLE;
