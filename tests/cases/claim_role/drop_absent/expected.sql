SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.claim_role WHERE "position" = 2;
RESET ROLE;
