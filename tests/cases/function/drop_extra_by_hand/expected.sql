SET LOCAL ROLE case_jwtroles;
DROP VIEW jwtroles.rules;
DROP ROUTINE jwtroles.total(integer);
DROP ROUTINE jwtroles.tidy();
DROP FUNCTION jwtroles.claim_sub(text);
RESET ROLE;
