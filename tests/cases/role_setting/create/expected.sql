SET LOCAL ROLE case_jwtroles;
INSERT INTO jwtroles.role_setting (role, name, value) VALUES ('reader', 'application_name', 'it''s');
RESET ROLE;
