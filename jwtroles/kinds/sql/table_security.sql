-- Row security of every table in the managed schemas, partitions included.
SELECT n.nspname AS schema,
       c.relname AS name,
       pg_get_userbyid(c.relowner) AS owner,
       c.relrowsecurity AS enabled,
       c.relforcerowsecurity AS forced
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%(schemas)s) AND n.nspname <> 'jwtroles' AND c.relkind IN ('r', 'p')
ORDER BY n.nspname, c.relname
