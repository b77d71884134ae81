CREATE FUNCTION jwtroles.claim_sub(text) RETURNS uuid LANGUAGE sql RETURN NULL::uuid;
