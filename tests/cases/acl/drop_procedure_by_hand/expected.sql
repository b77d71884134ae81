REVOKE EXECUTE ON PROCEDURE app.tidy() FROM reader;
REVOKE EXECUTE ON FUNCTION app.total(integer) FROM reader;
