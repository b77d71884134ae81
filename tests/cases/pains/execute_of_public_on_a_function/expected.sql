CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
COMMENT ON ROLE service IS '[jwtroles: case]';
REVOKE EXECUTE ON FUNCTION app.wipe(which bigint) FROM PUBLIC;
GRANT USAGE ON SCHEMA app TO service;
GRANT EXECUTE ON FUNCTION app.wipe(which bigint) TO service;
