GRANT CREATE ON SCHEMA app TO case_view_names;
SET LOCAL ROLE case_view_names;
COMMENT ON VIEW app.names IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_view_names;
