SET LOCAL ROLE case_jwtroles;
COMMENT ON SCHEMA jwtroles IS '[jwtroles: case]';
RESET ROLE;
