ALTER SCHEMA jwtroles OWNER TO case_jwtroles;
