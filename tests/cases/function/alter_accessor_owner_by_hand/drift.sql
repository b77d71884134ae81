ALTER FUNCTION jwtroles.claim_tenant() OWNER TO app_owner;
