SET LOCAL ROLE case_jwtroles;
CREATE OR REPLACE FUNCTION jwtroles.secrets_held()
RETURNS TABLE(held text, number bigint, digest text)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $jwtroles$…$jwtroles$;
DELETE FROM jwtroles.key_pad WHERE id = 921993190;
COPY jwtroles.key_pad (id, inner_pad, outer_pad) FROM STDIN (FORMAT binary);
RESET ROLE;
