ALTER TABLE jwtroles.claim_role ADD COLUMN note text;
