-- Policies of the managed schemas. pg_get_expr prints with search_path = pg_catalog, so every name
-- outside it is qualified.
SELECT n.nspname AS schema,
       c.relname AS "table",
       pg_get_userbyid(c.relowner) AS owner,
       p.polname AS name,
       p.polpermissive AS permissive,
       CASE p.polcmd
           WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'
           WHEN 'd' THEN 'delete' ELSE 'all'
       END AS command,
       ARRAY(
           SELECT CASE u.oid WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(u.oid) END
           FROM unnest(p.polroles) AS u (oid)
       )::text[] AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS "using",
       pg_get_expr(p.polwithcheck, p.polrelid) AS "check"
FROM pg_policy AS p
JOIN pg_class AS c ON c.oid = p.polrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%(read_schemas)s) AND n.nspname <> 'jwtroles'
ORDER BY n.nspname, c.relname, p.polname
