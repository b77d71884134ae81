SET LOCAL ROLE case_jwtroles;
REVOKE INSERT ON jwtroles.claim_role FROM etl;
REVOKE UPDATE (role) ON jwtroles.claim_role FROM etl;
REVOKE CREATE ON SCHEMA jwtroles FROM etl;
RESET ROLE;
