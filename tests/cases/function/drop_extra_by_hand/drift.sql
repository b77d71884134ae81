CREATE FUNCTION jwtroles.claim_sub(text) RETURNS uuid LANGUAGE sql RETURN NULL::uuid;
CREATE PROCEDURE jwtroles.tidy() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE jwtroles.total (int) (SFUNC = int4pl, STYPE = int);
CREATE VIEW jwtroles.rules AS SELECT * FROM jwtroles.claim_role;
