-- The function that tells which secrets are stored may have lied: they are stored again.
CREATE OR REPLACE FUNCTION jwtroles.secrets_held() RETURNS TABLE(held text, number bigint, digest text)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT 'key_pad', 1::bigint, 'a lie' UNION ALL SELECT 'ticket_secret', database::bigint, system::text FROM jwtroles.ticket_secret $$;
