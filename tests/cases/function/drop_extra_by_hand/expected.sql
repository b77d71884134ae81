SET LOCAL ROLE case_jwtroles;
DROP ROUTINE jwtroles.tidy();
DROP ROUTINE jwtroles.total(integer);
DROP VIEW jwtroles.rules;
DROP FUNCTION jwtroles.claim_sub(text);
RESET ROLE;
