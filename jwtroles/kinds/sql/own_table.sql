-- Tables of our own schema, with their columns and primary key.
SELECT c.relname AS name,
       pg_get_userbyid(c.relowner) AS owner,
       (SELECT jsonb_agg(jsonb_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       coalesce((SELECT array_agg(a.attname::text ORDER BY k.position)
        FROM pg_constraint AS p
        CROSS JOIN unnest(p.conkey) WITH ORDINALITY AS k (attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = p.conrelid AND a.attnum = k.attnum
        WHERE p.conrelid = c.oid AND p.contype = 'p'), '{}') AS primary_key
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'jwtroles' AND c.relkind = 'r'
ORDER BY c.relname
