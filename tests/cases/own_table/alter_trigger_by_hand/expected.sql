SET LOCAL ROLE case_jwtroles;
DROP TRIGGER swap ON jwtroles.claim_role;
RESET ROLE;
