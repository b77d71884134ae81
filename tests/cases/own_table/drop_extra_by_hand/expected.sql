SET LOCAL ROLE postgres;
DROP TABLE jwtroles.extra;
RESET ROLE;
