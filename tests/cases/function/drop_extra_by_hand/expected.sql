SET LOCAL ROLE case_jwtroles;
DROP FUNCTION jwtroles.claim_sub(text);
RESET ROLE;
