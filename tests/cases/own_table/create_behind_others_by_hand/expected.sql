SET LOCAL ROLE case_jwtroles;
DROP VIEW jwtroles.claim_role;
CREATE TABLE jwtroles.claim_role ("position" integer NOT NULL, conditions jsonb NOT NULL, role text NOT NULL, PRIMARY KEY ("position"));
DROP SEQUENCE jwtroles.role_setting;
CREATE TABLE jwtroles.role_setting (role text NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (role, name));
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (1, '[{"claim":"roles","path":["roles"],"split":null,"test":"contains","value":"reader"}]', 'reader');
DROP TABLE jwtroles.rules;
RESET ROLE;
