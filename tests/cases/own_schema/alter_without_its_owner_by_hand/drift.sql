-- A dump that is restored where roles were not: everything belongs to who restored it. A rule has to go
-- by a trigger that calls a function of the schema.
INSERT INTO jwtroles.claim_role VALUES (0, '[]', 'writer');
REASSIGN OWNED BY case_jwtroles TO app_owner;
DROP OWNED BY case_jwtroles;
DROP ROLE case_jwtroles;
