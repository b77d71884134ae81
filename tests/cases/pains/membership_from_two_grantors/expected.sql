REVOKE ADMIN OPTION FOR reader FROM web GRANTED BY rdsadmin;
CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
COMMENT ON ROLE reader IS '[jwtroles: case]';
GRANT USAGE ON SCHEMA app TO reader;
GRANT SELECT (id) ON app.records TO reader;
