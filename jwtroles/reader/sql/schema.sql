-- The managed schemas that exist, and who may look into them.
SELECT n.nspname AS name,
       pg_get_userbyid(n.nspowner) AS owner,
       ARRAY(
           SELECT r.rolname::text
           FROM pg_roles AS r
           WHERE NOT r.rolsuper AND r.rolname !~ '^pg_' AND has_schema_privilege(r.oid, n.oid, 'USAGE')
       ) AS users
FROM pg_namespace AS n
WHERE n.nspname = ANY (%(schemas)s)
ORDER BY n.nspname
