ALTER SCHEMA jwtroles OWNER TO case_jwtroles;
SET LOCAL ROLE case_jwtroles;
COMMENT ON SCHEMA jwtroles IS '[jwtroles: case]';
RESET ROLE;
