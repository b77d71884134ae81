SET LOCAL ROLE case_jwtroles;
CREATE OR REPLACE FUNCTION jwtroles.claim_tenant()
RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$
DECLARE
  payload CONSTANT pg_catalog.text := pg_catalog.current_setting('request.jwt.claims', true);
  claim pg_catalog.jsonb;
BEGIN
  -- A setting that was local to a transaction is '' after it, not NULL.
  IF payload OPERATOR(pg_catalog.=) '' THEN
    RETURN NULL;
  END IF;
  claim := payload::pg_catalog.jsonb OPERATOR(pg_catalog.#>) ARRAY['tenant']::pg_catalog.text[];
  -- The text of an object or of an array is no value.
  IF pg_catalog.jsonb_typeof(claim) OPERATOR(pg_catalog.=) ANY (ARRAY['string', 'number', 'boolean'])
    AND claim OPERATOR(pg_catalog.<>) '""'
  THEN
    RETURN (claim OPERATOR(pg_catalog.#>>) '{}')::pg_catalog.uuid;
  END IF;
  RETURN NULL;
END
$jwtroles$;
RESET ROLE;
