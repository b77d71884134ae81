SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.curve_multiple WHERE point = -1;
DELETE FROM jwtroles.curve_multiple WHERE point = 470440701;
DELETE FROM jwtroles.signing_key WHERE id = 470440701;
RESET ROLE;
