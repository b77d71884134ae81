SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.claim_role WHERE "position" = 1;
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (1, '[{"claim":"roles","path":["roles"],"split":null,"test":"contains","value":"writer"}]', 'writer');
RESET ROLE;
