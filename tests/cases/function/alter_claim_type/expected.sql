SET LOCAL ROLE case_jwtroles;
ALTER FUNCTION jwtroles.claim_level() RENAME TO claim_level_replaced;
CREATE OR REPLACE FUNCTION jwtroles.claim_level()
RETURNS bigint
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
  claim := payload::pg_catalog.jsonb OPERATOR(pg_catalog.#>) ARRAY['level']::pg_catalog.text[];
  -- The text of an object or of an array is no value.
  IF pg_catalog.jsonb_typeof(claim) OPERATOR(pg_catalog.=) ANY (ARRAY['string', 'number', 'boolean'])
    AND claim OPERATOR(pg_catalog.<>) '""'
  THEN
    RETURN (claim OPERATOR(pg_catalog.#>>) '{}')::bigint;
  END IF;
  RETURN NULL;
END
$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_level() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_level() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.pre_request()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $jwtroles$
DECLARE
  claims pg_catalog.jsonb;
  token_role pg_catalog.text;
  reserved pg_catalog.bool;
  checked pg_catalog.text;
  wanted pg_catalog.text;
  names pg_catalog.text[];
  settings pg_catalog.text[];
  read_only pg_catalog.bool;
BEGIN
  BEGIN
    claims := jwtroles.claims();
  EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION 'the claims are not JSON' USING ERRCODE = '28000';
  END;
  IF claims IS NULL THEN
    RAISE EXCEPTION 'there is no token' USING ERRCODE = '28000';
  END IF;
  IF pg_catalog.jsonb_typeof(claims) OPERATOR(pg_catalog.<>) 'object' THEN
    RAISE EXCEPTION 'the claims are not a JSON object' USING ERRCODE = '28000';
  END IF;
  -- Every claim is read once: what cannot be cast must not fail later, with its value in the error.
  BEGIN
    checked := 'sub';
    wanted := 'uuid';
    IF jwtroles.claim_sub() IS NULL THEN
      IF claims OPERATOR(pg_catalog.#>) ARRAY['sub']::pg_catalog.text[]
        OPERATOR(pg_catalog.<>) ALL (ARRAY['null', '""', '[]']::pg_catalog.jsonb[])
      THEN
        RAISE data_exception;
      END IF;
    END IF;
    checked := 'level';
    wanted := 'bigint';
    IF jwtroles.claim_level() IS NULL THEN
      IF claims OPERATOR(pg_catalog.#>) ARRAY['level']::pg_catalog.text[]
        OPERATOR(pg_catalog.<>) ALL (ARRAY['null', '""', '[]']::pg_catalog.jsonb[])
      THEN
        RAISE data_exception;
      END IF;
    END IF;
  EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION 'the claim % is not of type %', checked, wanted USING ERRCODE = '28000';
  END;
  token_role := jwtroles.role_for(claims);
  IF token_role IS NULL THEN
    RAISE EXCEPTION 'no role is mapped to the claims of this token' USING ERRCODE = '28000';
  END IF;
  -- The compiler refuses such roles; here they are refused whatever stands in the mapping.
  SELECT r.rolsuper OR r.rolbypassrls OR r.rolcreaterole
      OR pg_catalog.starts_with(r.rolname::pg_catalog.text, 'pg_')
      OR EXISTS (
        SELECT FROM pg_catalog.pg_shdepend AS d
        WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_authid'::pg_catalog.regclass
          AND d.refobjid OPERATOR(pg_catalog.=) r.oid
          AND d.deptype OPERATOR(pg_catalog.=) 'o'
          AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
          AND d.dbid OPERATOR(pg_catalog.=) (
            SELECT b.oid FROM pg_catalog.pg_database AS b
            WHERE b.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
          )
      )
    INTO reserved
    FROM pg_catalog.pg_roles AS r
    WHERE r.rolname OPERATOR(pg_catalog.=) token_role;
  IF reserved IS NOT FALSE THEN
    RAISE EXCEPTION 'the role % is not one that a token may become', token_role
      USING ERRCODE = '28000';
  END IF;
  -- Read before the role changes: only the login may.
  SELECT pg_catalog.array_agg(s.name), pg_catalog.array_agg(s.value)
    INTO names, settings
    FROM jwtroles.settings_for(token_role) AS s;
  BEGIN
    PERFORM pg_catalog.set_config('role', token_role, true);
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'this login may not become the role %', token_role USING ERRCODE = '28000';
  END;
  FOR i IN 1 .. coalesce(pg_catalog.cardinality(names), 0) LOOP
    IF names[i] OPERATOR(pg_catalog.=) ANY (
      ARRAY['default_transaction_read_only', 'transaction_read_only']
    ) THEN
      -- The default is for the next transaction; last, since it cannot be undone.
      read_only := settings[i]::pg_catalog.bool OR read_only IS TRUE;
    ELSE
      PERFORM pg_catalog.set_config(names[i], settings[i], true);
    END IF;
  END LOOP;
  IF read_only THEN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
  END IF;
END
$jwtroles$;
GRANT EXECUTE ON FUNCTION jwtroles.claim_level() TO case_view_names;
GRANT EXECUTE ON FUNCTION jwtroles.claim_level() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_level() TO reader;
RESET ROLE;
DROP VIEW app.names;
GRANT CREATE ON SCHEMA app TO case_view_names;
SET LOCAL ROLE case_jwtroles;
GRANT USAGE ON SCHEMA jwtroles TO case_view_names;
SET LOCAL ROLE case_view_names;
CREATE VIEW app.names WITH (security_barrier = true) AS SELECT id, tenant FROM app.notes WHERE level <= (SELECT jwtroles.claim_level());
COMMENT ON VIEW app.names IS '[jwtroles: case]';
SET LOCAL ROLE case_jwtroles;
REVOKE USAGE ON SCHEMA jwtroles FROM case_view_names;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_view_names;
ALTER POLICY jr_reader_select ON app.notes USING (level <= (SELECT jwtroles.claim_level()));
GRANT SELECT ON app.names TO reader;
SET LOCAL ROLE case_jwtroles;
DROP FUNCTION jwtroles.claim_level_replaced();
RESET ROLE;
