-- Effective privileges, built-in defaults and PUBLIC included: acldefault() says what a missing ACL
-- means on this server. Columns of a relation come with it, so that a table is one value.
SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS cls,
       n.nspname AS schema,
       c.relname AS name,
       '' AS arguments,
       pg_get_userbyid(c.relowner) AS owner,
       coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner))::text[] AS items,
       (SELECT jsonb_object_agg(a.attname, to_jsonb(a.attacl::text[]))
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped) AS columns
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
UNION ALL
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
       n.nspname, p.proname, pg_get_function_identity_arguments(p.oid),
       pg_get_userbyid(p.proowner), coalesce(p.proacl, acldefault('f', p.proowner))::text[], NULL
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = ANY (%(schemas)s)
UNION ALL
SELECT 'schema', n.nspname, n.nspname, '',
       pg_get_userbyid(n.nspowner), coalesce(n.nspacl, acldefault('n', n.nspowner))::text[], NULL
FROM pg_namespace AS n
WHERE n.nspname = ANY (%(schemas)s)
UNION ALL
SELECT 'default', coalesce(n.nspname, ''),
       CASE d.defaclobjtype
           WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
           WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS'
       END,
       pg_get_userbyid(d.defaclrole), pg_get_userbyid(d.defaclrole), d.defaclacl::text[], NULL
FROM pg_default_acl AS d
LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace
WHERE n.nspname = ANY (%(schemas)s) OR d.defaclnamespace = 0
ORDER BY 1, 2, 3, 4
