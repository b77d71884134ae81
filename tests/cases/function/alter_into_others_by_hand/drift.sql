-- Of another result, and a procedure; somebody else's, who may not look into the schema.
DROP FUNCTION jwtroles.pre_request();
CREATE FUNCTION jwtroles.pre_request() RETURNS int LANGUAGE sql RETURN 1;
ALTER FUNCTION jwtroles.pre_request() OWNER TO app_owner;
DROP FUNCTION jwtroles.claim_roles();
CREATE PROCEDURE jwtroles.claim_roles() LANGUAGE sql AS 'SELECT 1';
ALTER PROCEDURE jwtroles.claim_roles() OWNER TO app_owner;
