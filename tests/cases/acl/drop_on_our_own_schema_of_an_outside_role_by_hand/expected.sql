SET LOCAL ROLE case_jwtroles;
REVOKE CREATE ON SCHEMA jwtroles FROM etl;
REVOKE INSERT ON jwtroles.claim_role FROM etl;
REVOKE UPDATE (role) ON jwtroles.claim_role FROM etl;
RESET ROLE;
