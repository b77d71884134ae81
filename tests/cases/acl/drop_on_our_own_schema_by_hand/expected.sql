SET LOCAL ROLE case_jwtroles;
REVOKE SELECT ON jwtroles.claim_role FROM PUBLIC;
REVOKE INSERT ON jwtroles.claim_role FROM reader;
REVOKE EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) FROM PUBLIC;
RESET ROLE;
