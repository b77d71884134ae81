SET LOCAL ROLE case_jwtroles;
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
    SELECT r.role, r.conditions FROM jwtroles.claim_role AS r ORDER BY r.position
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
