-- Tables of our own schema, with their columns and primary key, and what was done to them beside: rows
-- of the mapping decide what a token becomes, so nothing may hide, change or refuse them. (Since 18
-- NOT NULL is a constraint too; which columns have it is asked of the columns.) What is no table may have
-- the name of one. Views are a kind of their own, and a sequence that belongs to a column goes with it.
SELECT c.relname AS name,
       pg_get_userbyid(c.relowner) AS owner,
       CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
           WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS form,
       (SELECT coalesce(jsonb_agg(
                   jsonb_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum), '[]')
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       coalesce((SELECT array_agg(a.attname::text ORDER BY k.position)
        FROM pg_constraint AS p
        CROSS JOIN unnest(p.conkey) WITH ORDINALITY AS k (attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = p.conrelid AND a.attnum = k.attnum
        WHERE p.conrelid = c.oid AND p.contype = 'p'), '{}') AS primary_key,
       ARRAY(
           SELECT 'nullable ' || a.attname
           FROM pg_attribute AS a
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.attnotnull
           UNION ALL
           SELECT 'default of ' || a.attname
           FROM pg_attribute AS a
           WHERE a.attrelid = c.oid AND a.attnum > 0
             AND (a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '')
           UNION ALL SELECT 'row security' WHERE c.relforcerowsecurity
           UNION ALL SELECT 'unlogged' WHERE c.relpersistence <> 'p'
           UNION ALL SELECT 'partitioned' WHERE c.relkind = 'p'
           UNION ALL SELECT 'parent' FROM pg_inherits AS i WHERE i.inhrelid = c.oid
           UNION ALL SELECT 'policy ' || p.polname FROM pg_policy AS p WHERE p.polrelid = c.oid
           UNION ALL SELECT 'rule ' || r.rulename FROM pg_rewrite AS r WHERE r.ev_class = c.oid
           UNION ALL
           SELECT 'constraint ' || k.conname
           FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype NOT IN ('p', 'n')
           ORDER BY 1
       )::text[] AS changed,
       c.relrowsecurity AS secret,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(
                   t.tgname, pg_get_triggerdef(t.oid), t.tgenabled) ORDER BY t.tgname), '[]')
        FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS triggers
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'jwtroles' AND (
    c.relkind IN ('r', 'p', 'm', 'f')
    OR c.relkind = 'S' AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
          AND d.refclassid = 'pg_class'::regclass))
ORDER BY c.relname
