GRANT CREATE ON SCHEMA app TO case_view_names;
SET LOCAL ROLE case_view_names;
CREATE OR REPLACE VIEW app.names WITH (security_barrier = true) AS SELECT id, body FROM app.notes WHERE state = 'open';
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_view_names;
