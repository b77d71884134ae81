-- The tables that a statement reaches: those that it names, and those behind views and functions
-- whose definitions PostgreSQL has parsed and keeps dependencies of.
WITH RECURSIVE named AS (
    SELECT 'pg_class'::regclass::oid AS class, to_regclass(name)::oid AS object, position
    FROM unnest(%(relations)s::text[]) WITH ORDINALITY AS list (name, position)
    UNION ALL
    SELECT 'pg_proc'::regclass::oid, p.oid, NULL
    FROM unnest(%(schemas)s::text[], %(functions)s::text[]) AS list (schema, name)
    JOIN pg_namespace AS n ON n.nspname = list.schema
    JOIN pg_proc AS p ON p.pronamespace = n.oid AND p.proname = list.name
), reached (class, object) AS (
    SELECT class, object FROM named WHERE object IS NOT NULL
    UNION
    SELECT d.refclassid, d.refobjid
    FROM reached AS r
    CROSS JOIN LATERAL (
        SELECT 'pg_proc'::regclass::oid AS class, r.object WHERE r.class = 'pg_proc'::regclass
        UNION ALL
        SELECT 'pg_rewrite'::regclass::oid, w.oid
        FROM pg_rewrite AS w
        WHERE r.class = 'pg_class'::regclass AND w.ev_class = r.object
    ) AS definition
    JOIN pg_depend AS d ON d.classid = definition.class AND d.objid = definition.object
    WHERE d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass)
)
SELECT quote_ident(s.nspname) || '.' || quote_ident(c.relname) AS name,
       pg_get_userbyid(c.relowner) AS owner,
       c.relrowsecurity AND c.relkind IN ('r', 'p') AS secured,
       (SELECT min(n.position) FROM named AS n WHERE n.object = c.oid) AS position
FROM reached AS r
JOIN pg_class AS c ON r.class = 'pg_class'::regclass AND c.oid = r.object
JOIN pg_namespace AS s ON s.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY position NULLS LAST, name
