SET LOCAL ROLE case_view_names;
COMMENT ON VIEW app.names IS '[jwtroles: case]';
RESET ROLE;
