-- Schemas that a glob of database.schemas may match: PostgreSQL's own and ours are never meant.
SELECT n.nspname AS name
FROM pg_namespace AS n
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'jwtroles')
ORDER BY n.nspname
