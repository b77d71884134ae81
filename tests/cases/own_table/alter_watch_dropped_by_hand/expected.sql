SET LOCAL ROLE case_jwtroles;
CREATE TRIGGER jwtroles_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON jwtroles.claim_role FOR EACH STATEMENT EXECUTE FUNCTION jwtroles.changed();
ALTER TABLE jwtroles.claim_role ENABLE ALWAYS TRIGGER jwtroles_changed;
RESET ROLE;
