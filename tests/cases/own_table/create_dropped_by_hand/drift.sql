DROP TABLE jwtroles.claim_role;
