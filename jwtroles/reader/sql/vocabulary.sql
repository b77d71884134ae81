-- Names that a file may come to use and a snapshot has to know: functions that a condition can call, types
-- by each of their names. Left out is what takes or gives a type of the server's own machinery, which
-- nobody can call, and what stands behind an operator, which people write as the operator.
WITH machinery AS (
    SELECT array_agg(t.oid) AS types
    FROM pg_type AS t
    WHERE t.typtype = 'p' AND t.typname ~ 'internal|cstring|trigger|handler|pg_ddl_command'
), builtin AS (
    SELECT t.oid, t.typname::text AS name
    FROM pg_type AS t
    WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'r', 'm') AND t.typelem = 0
), named (name) AS (
    SELECT name FROM builtin
    UNION
    SELECT format_type(oid, NULL) FROM builtin
    UNION
    SELECT format('%%s.%%s', n.nspname, t.typname)
    FROM pg_type AS t
    JOIN pg_namespace AS n ON n.oid = t.typnamespace
    WHERE n.nspname = ANY (%(schemas)s) AND t.typtype IN ('e', 'd', 'r', 'm')
    UNION
    SELECT unnest('{int,decimal,dec,float,real,char,"character varying"}'::text[])
)
SELECT ARRAY(
           SELECT DISTINCT p.proname::text
           FROM pg_proc AS p
           JOIN pg_namespace AS n ON n.oid = p.pronamespace
           CROSS JOIN machinery AS m
           WHERE (n.nspname = 'pg_catalog' OR n.nspname = ANY (%(schemas)s))
             AND p.prokind <> 'p'
             AND NOT p.proargtypes::oid[] && m.types
             AND p.prorettype <> ALL (m.types)
             AND (p.proname = 'starts_with'
                  OR coalesce(obj_description(p.oid, 'pg_proc'), '') NOT LIKE 'implementation of %% operator')
           ORDER BY 1
       ) AS functions,
       ARRAY(
           SELECT name || suffix
           FROM named
           CROSS JOIN unnest('{"",[]}'::text[]) AS suffix
           WHERE to_regtype(name || suffix) IS NOT NULL
           ORDER BY 1
       ) AS types
