-- Effective privileges, built-in defaults and PUBLIC included: acldefault() says what a missing ACL
-- means on this server. Columns of a relation come with it, so that a table is one value.
-- `alone`: grantors who have no GRANT OPTION there through another role as well. What one of them
-- granted goes when its own option goes with CASCADE; of the others PostgreSQL would leave it.
-- What is not PostgreSQL's own has an OID from 16384 on (manual, "OID Assignment"): by them, its 3,000 functions are not
-- scanned.
WITH found AS (
    SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS cls,
           n.nspname AS schema,
           c.relname AS name,
           '' AS arguments,
           pg_get_userbyid(c.relowner) AS owner,
           coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner)) AS items,
           (SELECT jsonb_object_agg(a.attname, to_jsonb(a.attacl::text[]))
            FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped) AS columns,
           (SELECT array_agg(item)
            FROM pg_attribute AS a, unnest(a.attacl) AS item
            WHERE a.attrelid = c.oid AND NOT a.attisdropped) AS column_items
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY (%(schemas)s) AND c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL
    SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
           n.nspname, p.proname, pg_get_function_identity_arguments(p.oid),
           pg_get_userbyid(p.proowner), coalesce(p.proacl, acldefault('f', p.proowner)), NULL::jsonb, NULL::aclitem[]
    FROM pg_proc AS p
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = ANY (%(schemas)s) AND p.oid >= 16384
    UNION ALL
    SELECT 'schema', n.nspname, n.nspname, '',
           pg_get_userbyid(n.nspowner), coalesce(n.nspacl, acldefault('n', n.nspowner)), NULL::jsonb, NULL::aclitem[]
    FROM pg_namespace AS n
    WHERE n.nspname = ANY (%(schemas)s)
       OR %(closed)s AND EXISTS (SELECT FROM aclexplode(n.nspacl) AS a
                                 WHERE a.privilege_type = 'CREATE'
                                   AND (a.grantee = 0 OR pg_get_userbyid(a.grantee) = ANY (%(roles)s)))
    UNION ALL
    SELECT 'type', n.nspname, t.typname, '',
           pg_get_userbyid(t.typowner), coalesce(t.typacl, acldefault('T', t.typowner)), NULL::jsonb, NULL::aclitem[]
    FROM pg_type AS t
    JOIN pg_namespace AS n ON n.oid = t.typnamespace
    LEFT JOIN pg_class AS c ON c.oid = t.typrelid
    WHERE n.nspname = ANY (%(schemas)s) AND n.nspname <> 'jwtroles' AND t.oid >= 16384
      AND (t.typacl IS NOT NULL OR (t.typtype IN ('b', 'c', 'd', 'e', 'r') AND t.typcategory <> 'A'
           AND coalesce(c.relkind, 'c') = 'c'))
    UNION ALL
    SELECT 'database', '', d.datname, '',
           pg_get_userbyid(d.datdba), coalesce(d.datacl, acldefault('d', d.datdba)), NULL::jsonb, NULL::aclitem[]
    FROM pg_database AS d
    WHERE d.datname = current_database()
    UNION ALL
    SELECT 'large_object', '', l.oid::text, '',
           pg_get_userbyid(l.lomowner), coalesce(l.lomacl, acldefault('L', l.lomowner)), NULL::jsonb, NULL::aclitem[]
    FROM pg_largeobject_metadata AS l
    WHERE l.oid::text = ANY (%(large_objects)s)
       OR EXISTS (SELECT FROM aclexplode(l.lomacl) AS a
                  WHERE pg_get_userbyid(a.grantee) = ANY (%(roles)s))
    UNION ALL
    SELECT 'default', coalesce(n.nspname, ''),
           CASE d.defaclobjtype
               WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
               WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS'
           END,
           pg_get_userbyid(d.defaclrole), pg_get_userbyid(d.defaclrole), d.defaclacl, NULL, NULL
    FROM pg_default_acl AS d
    LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace
    WHERE n.nspname = ANY (%(schemas)s) OR d.defaclnamespace = 0
)
SELECT cls, schema, name, arguments, owner, items::text[] AS items, columns,
       (SELECT array_agg(DISTINCT pg_get_userbyid(x.grantor)::text)
        FROM aclexplode(items || column_items) AS x
        WHERE pg_get_userbyid(x.grantor) <> owner
          AND NOT pg_has_role(x.grantor, owner, 'USAGE')
          AND NOT EXISTS (
              SELECT FROM aclexplode(items || column_items) AS y
              WHERE y.is_grantable AND y.grantee <> x.grantor
                AND pg_has_role(x.grantor, y.grantee, 'USAGE'))) AS alone
FROM found
ORDER BY 1, 2, 3, 4
