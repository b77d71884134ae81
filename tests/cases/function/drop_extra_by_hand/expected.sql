SET LOCAL ROLE postgres;
DROP FUNCTION jwtroles.claim_sub(text);
RESET ROLE;
