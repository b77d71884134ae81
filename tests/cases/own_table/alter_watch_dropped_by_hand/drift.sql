DROP TRIGGER jwtroles_changed ON jwtroles.claim_role;
