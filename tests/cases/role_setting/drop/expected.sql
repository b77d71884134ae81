SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.role_setting WHERE role = 'reader' AND name = 'statement_timeout';
RESET ROLE;
