CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
CREATE ROLE gate LOGIN NOINHERIT;
COMMENT ON ROLE gate IS '[jwtroles: case]';
CREATE ROLE reader NOLOGIN;
COMMENT ON ROLE reader IS '[jwtroles: case]';
CREATE SCHEMA jwtroles AUTHORIZATION case_jwtroles;
SET LOCAL ROLE case_jwtroles;
COMMENT ON SCHEMA jwtroles IS '[jwtroles: case]';
CREATE TABLE jwtroles.claim_role ("position" integer NOT NULL, conditions jsonb NOT NULL, role text NOT NULL, PRIMARY KEY ("position"));
CREATE TABLE jwtroles.role_setting (role text NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (role, name));
CREATE OR REPLACE FUNCTION jwtroles.claim_roles()
RETURNS text[]
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
  claim := payload::pg_catalog.jsonb OPERATOR(pg_catalog.#>) ARRAY['roles']::pg_catalog.text[];
  -- Anything but an array of scalars is no list: NULL, which denies, as an empty list does.
  IF pg_catalog.jsonb_typeof(claim) OPERATOR(pg_catalog.=) 'array'
    AND NOT pg_catalog.jsonb_path_exists(
      claim, 'strict $[*] ? (@.type() == "object" || @.type() == "array")'
    )
  THEN
    RETURN (
      SELECT pg_catalog.array_agg(item)::pg_catalog.text[]
      FROM pg_catalog.jsonb_array_elements_text(claim) AS list (item)
      WHERE item OPERATOR(pg_catalog.<>) ''
    );
  END IF;
  RETURN NULL;
END
$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_roles() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_roles() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.claim_sub()
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
  claim := payload::pg_catalog.jsonb OPERATOR(pg_catalog.#>) ARRAY['sub']::pg_catalog.text[];
  -- The text of an object or of an array is no value.
  IF pg_catalog.jsonb_typeof(claim) OPERATOR(pg_catalog.=) ANY (ARRAY['string', 'number', 'boolean'])
    AND claim OPERATOR(pg_catalog.<>) '""'
  THEN
    RETURN (claim OPERATOR(pg_catalog.#>>) '{}')::pg_catalog.uuid;
  END IF;
  RETURN NULL;
END
$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_sub() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_sub() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.claims()
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$
DECLARE
  payload CONSTANT pg_catalog.text := pg_catalog.current_setting('request.jwt.claims', true);
BEGIN
  -- A setting that was local to a transaction is '' after it, not NULL.
  IF payload OPERATOR(pg_catalog.=) '' THEN
    RETURN NULL;
  END IF;
  RETURN payload::pg_catalog.jsonb;
END
$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claims() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claims() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.pre_request()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $jwtroles$
DECLARE
  claims pg_catalog.jsonb;
  no_token pg_catalog.bool;
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
  claims := coalesce(claims, '{}');
  IF pg_catalog.jsonb_typeof(claims) OPERATOR(pg_catalog.<>) 'object' THEN
    RAISE EXCEPTION 'the claims are not a JSON object' USING ERRCODE = '28000';
  END IF;
  -- Without a token PostgREST sends the name of its anonymous role, and nothing else.
  no_token := (claims OPERATOR(pg_catalog.-) 'role'::pg_catalog.text) OPERATOR(pg_catalog.=) '{}';
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
    checked := 'roles';
    wanted := 'text[]';
    IF jwtroles.claim_roles() IS NULL THEN
      IF claims OPERATOR(pg_catalog.#>) ARRAY['roles']::pg_catalog.text[]
        OPERATOR(pg_catalog.<>) ALL (ARRAY['null', '""', '[]']::pg_catalog.jsonb[])
      THEN
        RAISE data_exception;
      END IF;
    END IF;
  EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION 'the claim % is not of type %', checked, wanted USING ERRCODE = '28000';
  END;
  token_role := jwtroles.role_for(claims);
  IF token_role IS NULL AND no_token THEN
    RAISE EXCEPTION 'there is no token' USING ERRCODE = '28000';
  ELSIF token_role IS NULL THEN
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
REVOKE ALL ON FUNCTION jwtroles.pre_request() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.pre_request() IS '[jwtroles: case]';
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
    SELECT r.role, r.conditions FROM ONLY jwtroles.claim_role AS r
    ORDER BY r.position
  LOOP
    holds := false;  -- a rule without conditions maps nobody
    FOR condition IN SELECT c FROM jsonb_array_elements(rule.conditions) AS list (c) LOOP
      claim := claims #> ARRAY(SELECT jsonb_array_elements_text(condition -> 'path'));
      holds := coalesce(
        CASE condition ->> 'test'
          WHEN 'absent' THEN
            CASE jsonb_typeof(claims) WHEN 'object' THEN claims - 'role' = '{}' END
          WHEN 'present' THEN claim <> ALL (ARRAY['null', '""', '[]', '{}']::jsonb[])
          WHEN 'missing' THEN
            -- A token without the claim, and never no token at all.
            CASE jsonb_typeof(claims)
              WHEN 'object' THEN
                claims - 'role' <> '{}' AND coalesce(claim, 'null') IN ('null', '""', '[]', '{}')
            END
          WHEN 'required' THEN claim <> ALL (ARRAY['null', '""', '[]', '{}']::jsonb[])
          WHEN 'younger_than' THEN
            -- A NumericDate (RFC 7519 section 2) is a number, and never the text of one.
            CASE jsonb_typeof(claim)
              WHEN 'number' THEN
                (claim #>> '{}')::numeric
                BETWEEN extract(epoch FROM clock_timestamp()) - (condition ->> 'value')::numeric
                  AND extract(epoch FROM clock_timestamp()) + (condition ->> 'skew')::numeric
            END
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
                condition ->> 'split' IS NULL AND claim ? nullif(condition ->> 'value', '')
            END
        END, false);
      -- A number or true in a list is compared by its text. PL/pgSQL evaluates an expression with
      -- a subquery ten times slower than one without, so that this is asked only where there is one.
      IF NOT holds AND condition ->> 'test' = 'contains' AND condition ->> 'split' IS NULL
        AND jsonb_typeof(claim) = 'array'
        AND jsonb_path_exists(claim, '$[*] ? (@.type() == "number" || @.type() == "boolean")')
      THEN
        holds := EXISTS (
          SELECT FROM jsonb_array_elements(claim) AS list (item)
          WHERE jsonb_typeof(item) IN ('number', 'boolean')
            AND item #>> '{}' = nullif(condition ->> 'value', '')
        );
      END IF;
      IF NOT holds AND condition ->> 'test' = 'required' THEN
        -- Not the next rule: a token that fits this one never becomes another role.
        RAISE EXCEPTION 'the token has no claim %, which the role % requires',
          condition ->> 'claim', rule.role USING ERRCODE = '28000';
      END IF;
      EXIT WHEN NOT holds;
    END LOOP;
    IF holds THEN
      RETURN rule.role;
    END IF;
  END LOOP;
  RETURN NULL;
END
$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.role_for(claims jsonb) FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.role_for(claims jsonb) IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.settings_for(token_role text)
RETURNS TABLE(name text, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $jwtroles$
BEGIN
  RETURN QUERY
    SELECT s.name, s.value FROM ONLY jwtroles.role_setting AS s WHERE s.role = token_role ORDER BY s.name;
END
$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.settings_for(token_role text) FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.settings_for(token_role text) IS '[jwtroles: case]';
GRANT USAGE ON SCHEMA jwtroles TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_roles() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_roles() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.pre_request() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.settings_for(token_role text) TO gate;
RESET ROLE;
GRANT USAGE ON SCHEMA app TO reader;
GRANT SELECT ON app.tags TO reader;
GRANT reader TO gate;
SET LOCAL ROLE case_jwtroles;
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (1, '[{"claim":"roles","path":["roles"],"split":null,"test":"contains","value":"reader"}]', 'reader');
RESET ROLE;
