ALTER SCHEMA jwtroles OWNER TO case_jwtroles;
ALTER TABLE jwtroles.claim_role OWNER TO case_jwtroles;
SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.claim_role WHERE "position" = 0;
RESET ROLE;
