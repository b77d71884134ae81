-- Tables outside the system's schemas and ours, and not those of extensions, by schema and owner.
SELECT n.nspname::text AS schema, pg_get_userbyid(c.relowner)::text AS owner,
       array_agg(c.relname::text ORDER BY c.relname) AS tables
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'jwtroles')
  AND NOT EXISTS (
      SELECT FROM pg_depend AS d
      WHERE d.deptype = 'e' AND (
          (d.classid = 'pg_class'::regclass AND d.objid = c.oid)
          OR (d.classid = 'pg_namespace'::regclass AND d.objid = n.oid)
      )
  )
GROUP BY n.nspname, c.relowner
ORDER BY 1, 2
