CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
COMMENT ON ROLE mydb_reader IS '[jwtroles: case]';
REVOKE SELECT (password) ON app.data_sources FROM mydb_reader;
REVOKE GRANT OPTION FOR SELECT (id) ON app.data_sources FROM mydb_reader;
REVOKE UPDATE (name) ON app.data_sources FROM mydb_reader;
GRANT SELECT (type) ON app.data_sources TO mydb_reader;
