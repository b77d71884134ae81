SET LOCAL ROLE case_jwtroles;
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
    checked := 'tenant';
    wanted := 'uuid';
    IF jwtroles.claim_tenant() IS NULL THEN
      IF claims OPERATOR(pg_catalog.#>) ARRAY['tenant']::pg_catalog.text[]
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
CREATE OR REPLACE FUNCTION jwtroles.role_for(claims jsonb)
RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $jwtroles$
DECLARE
  rule record;
  condition jsonb;
  claim jsonb;
  holds boolean;
BEGIN
  FOR rule IN
    SELECT r.role, r.conditions FROM ONLY jwtroles.claim_role AS r ORDER BY r.position
  LOOP
    holds := false;  -- a rule without conditions maps nobody
    FOR condition IN SELECT c FROM jsonb_array_elements(rule.conditions) AS list (c) LOOP
      claim := claims #> ARRAY(SELECT jsonb_array_elements_text(condition -> 'path'));
      holds := coalesce(
        CASE condition ->> 'test'
          WHEN 'present' THEN claim <> ALL (ARRAY['null', '""', '[]', '{}']::jsonb[])
          WHEN 'equals' THEN
            jsonb_typeof(claim) IN ('string', 'number', 'boolean')
            AND claim #>> '{}' = nullif(condition ->> 'value', '')
          WHEN 'contains' THEN
            CASE jsonb_typeof(claim)
              -- Without a separator string_to_array would give single characters.
              WHEN 'string' THEN
                condition ->> 'split' IS NOT NULL AND nullif(condition ->> 'value', '')
                = ANY (string_to_array(claim #>> '{}', condition ->> 'split'))
              WHEN 'array' THEN
                condition ->> 'split' IS NULL AND EXISTS (
                  SELECT FROM jsonb_array_elements(claim) AS list (item)
                  WHERE jsonb_typeof(item) IN ('string', 'number', 'boolean')
                    AND item #>> '{}' = nullif(condition ->> 'value', '')
                )
            END
        END, false);
      EXIT WHEN NOT holds;
    END LOOP;
    IF holds THEN
      RETURN rule.role;
    END IF;
  END LOOP;
  RETURN NULL;
END
$jwtroles$;
RESET ROLE;
