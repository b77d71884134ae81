SET ROLE app_owner;
CREATE PROCEDURE app.tidy() LANGUAGE sql AS 'SELECT 1';
GRANT EXECUTE ON PROCEDURE app.tidy() TO reader;
CREATE AGGREGATE app.total (int) (SFUNC = int4pl, STYPE = int);
GRANT EXECUTE ON FUNCTION app.total(int) TO reader;
RESET ROLE;
