SET LOCAL ROLE case_view_names;
COMMENT ON VIEW app.names IS 'what is open [jwtroles: case]';
RESET ROLE;
