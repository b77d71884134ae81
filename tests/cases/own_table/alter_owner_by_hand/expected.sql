ALTER TABLE jwtroles.claim_role OWNER TO case_jwtroles;
