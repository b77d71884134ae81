-- The floor went with it.
DROP FUNCTION jwtroles.claim_tenant() CASCADE;
