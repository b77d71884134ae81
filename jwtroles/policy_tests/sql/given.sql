-- The tables that tests put rows into.
SELECT t.name AS given,
       pg_get_userbyid(c.relowner) AS owner,
       c.relforcerowsecurity AS forced,
       c.relkind IN ('r', 'p') AS is_table,
       (SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}')
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       (SELECT coalesce(array_agg(a.attname::text), '{}')
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.atttypid IN ('json'::regtype, 'jsonb'::regtype)) AS json
FROM unnest(%(names)s::text[], %(schemas)s::text[], %(tables)s::text[]) AS t (name, schema, relation)
JOIN pg_namespace AS n ON n.nspname = t.schema
JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.relation
