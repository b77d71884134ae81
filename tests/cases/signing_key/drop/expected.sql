SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.curve_multiple WHERE point = -2;
DELETE FROM jwtroles.curve_multiple WHERE point = 668056424;
DELETE FROM jwtroles.signing_key WHERE id = 668056424;
RESET ROLE;
