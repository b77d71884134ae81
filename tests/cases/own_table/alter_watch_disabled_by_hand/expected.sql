SET LOCAL ROLE case_jwtroles;
DROP TRIGGER jwtroles_changed ON jwtroles.revocation;
CREATE TRIGGER jwtroles_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON jwtroles.revocation FOR EACH STATEMENT EXECUTE FUNCTION jwtroles.changed();
ALTER TABLE jwtroles.revocation ENABLE ALWAYS TRIGGER jwtroles_changed;
RESET ROLE;
