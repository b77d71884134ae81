-- Partitions of managed tables that lie in schemas that are not managed.
SELECT pn.nspname AS parent_schema,
       pc.relname AS parent_name,
       n.nspname AS schema,
       c.relname AS name
FROM pg_inherits AS i
JOIN pg_class AS c ON c.oid = i.inhrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_class AS pc ON pc.oid = i.inhparent
JOIN pg_namespace AS pn ON pn.oid = pc.relnamespace
WHERE pn.nspname = ANY (%(schemas)s) AND n.nspname <> ALL (%(schemas)s) AND c.relispartition
ORDER BY 1, 2, 3, 4
