SET LOCAL ROLE case_jwtroles;
DROP TABLE jwtroles.claim_role;
CREATE TABLE jwtroles.claim_role ("position" integer NOT NULL, conditions jsonb NOT NULL, role text NOT NULL, PRIMARY KEY ("position"));
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (1, '[{"claim":"roles","path":["roles"],"split":null,"test":"contains","value":"reader"}]', 'reader');
RESET ROLE;
