DROP VIEW app.names;
GRANT CREATE ON SCHEMA app TO case_view_names;
SET LOCAL ROLE case_view_names;
CREATE VIEW app.names WITH (security_barrier = true) AS SELECT id, body FROM app.notes WHERE state = 'open';
COMMENT ON VIEW app.names IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_view_names;
GRANT SELECT ON app.names TO reader;
