SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.claim_role WHERE "position" = 1;
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (1, '[{"claim":"roles","path":["roles"],"split":null,"test":"contains","value":"writer"},{"claim":"amr","path":["amr"],"split":null,"test":"contains","value":"mfa"},{"claim":"auth_time","path":["auth_time"],"skew":60,"split":null,"test":"younger_than","value":300}]', 'writer');
RESET ROLE;
