-- Relations of the managed schemas with their columns and, for a partition, the parent.
SELECT n.nspname AS schema,
       c.relname AS name,
       c.relkind AS kind,
       pg_get_userbyid(c.relowner) AS owner,
       c.relispartition AS partition,
       c.relrowsecurity AS secured,
       c.relforcerowsecurity AS forced,
       EXISTS (
           SELECT FROM unnest(c.reloptions) AS o (text) WHERE o.text ~* '^security_invoker=(true|on|1|yes)$'
       ) AS invoker,
       CASE c.relkind WHEN 'v' THEN obj_description(c.oid, 'pg_class') END AS comment,
       -- What acts with its owner's rights before a policy is asked: SECURITY DEFINER triggers, once for each
       -- statement, and before a row is put in or, of a view, in its place; and rules in the place of a command.
       -- (tgtype: 1 is FOR EACH ROW, 2 BEFORE, 4 INSERT, 8 DELETE, 16 UPDATE, 64 INSTEAD OF; ev_type: 2 is UPDATE,
       -- 3 INSERT, 4 DELETE.)
       CASE WHEN c.relhastriggers OR c.relhasrules THEN (
           SELECT jsonb_agg(jsonb_build_array(e.name, e.commands, e.each_row) ORDER BY e.name)
           FROM (
               SELECT 'trigger ' || t.tgname,
                      array_remove(ARRAY[
                          CASE WHEN t.tgtype & 4 = 4 THEN 'insert' END,
                          CASE WHEN t.tgtype & 17 = 16 THEN 'update' END,
                          CASE WHEN t.tgtype & 9 = 8 THEN 'delete' END
                      ], NULL),
                      t.tgtype & 1 = 1
               FROM pg_trigger AS t
               JOIN pg_proc AS p ON p.oid = t.tgfoid
               WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled <> 'D'
                 AND p.prosecdef AND (t.tgtype & 1 = 0 OR t.tgtype & 7 = 7 OR t.tgtype & 69 = 69)
               UNION ALL
               SELECT 'rule ' || r.rulename, ARRAY[(ARRAY['update', 'insert', 'delete'])[r.ev_type::text::int - 1]], false
               FROM pg_rewrite AS r
               WHERE r.ev_class = c.oid AND r.is_instead AND r.ev_type IN ('2', '3', '4') AND r.ev_enabled <> 'D'
                 AND pg_get_ruledef(r.oid) NOT LIKE '%%DO INSTEAD NOTHING;'
           ) AS e (name, commands, each_row)
       ) END AS eager,
       pn.nspname AS parent_schema,
       pc.relname AS parent_name,
       (SELECT jsonb_agg(
                   jsonb_build_array(
                       a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                       a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> ''
                   ) ORDER BY a.attnum)
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid AND i.inhseqno = 1
LEFT JOIN pg_class AS pc ON pc.oid = i.inhparent
LEFT JOIN pg_namespace AS pn ON pn.oid = pc.relnamespace
WHERE n.nspname = ANY (%(read_schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
ORDER BY n.nspname, c.relname
