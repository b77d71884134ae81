SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.role_setting WHERE role = 'reader' AND name = 'statement_timeout';
INSERT INTO jwtroles.role_setting (role, name, value) VALUES ('reader', 'statement_timeout', '9s');
RESET ROLE;
