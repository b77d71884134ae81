SET LOCAL ROLE case_jwtroles;
DROP TABLE jwtroles.extra;
RESET ROLE;
