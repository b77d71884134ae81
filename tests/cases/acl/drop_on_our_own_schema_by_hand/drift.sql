GRANT INSERT ON jwtroles.claim_role TO reader;
GRANT SELECT ON jwtroles.claim_role TO PUBLIC;
GRANT EXECUTE ON FUNCTION jwtroles.role_for(jsonb) TO PUBLIC;
