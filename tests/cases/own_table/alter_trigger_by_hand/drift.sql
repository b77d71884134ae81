CREATE FUNCTION app.swap() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.role := ''reader''; RETURN NEW; END';
CREATE TRIGGER swap BEFORE INSERT ON jwtroles.claim_role FOR EACH ROW EXECUTE FUNCTION app.swap();
