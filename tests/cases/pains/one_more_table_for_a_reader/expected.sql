CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
COMMENT ON ROLE "test-role" IS '[jwtroles: case]';
GRANT SELECT ON app."table-two" TO "test-role";
