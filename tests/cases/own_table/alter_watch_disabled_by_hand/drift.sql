ALTER TABLE jwtroles.revocation DISABLE TRIGGER jwtroles_changed;
