ALTER FUNCTION jwtroles.claim_tenant() OWNER TO case_jwtroles;
