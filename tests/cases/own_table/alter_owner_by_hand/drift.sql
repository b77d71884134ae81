ALTER TABLE jwtroles.claim_role OWNER TO app_owner;
