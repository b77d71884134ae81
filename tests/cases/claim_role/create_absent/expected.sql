SET LOCAL ROLE case_jwtroles;
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (2, '[{"test":"absent"}]', 'anon');
RESET ROLE;
