SET LOCAL ROLE case_jwtroles;
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (2, '[{"claim":"roles","path":["roles"],"split":null,"test":"contains","value":"writer"}]', 'writer');
RESET ROLE;
