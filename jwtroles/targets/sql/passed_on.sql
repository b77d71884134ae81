-- What a role has granted to others on what is not its own: it goes with the role's own right
-- (manual: DROP OWNED). An owner's grants go over to the new owner.
SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END AS grantee,
       lower(a.privilege_type) || ' on ' || o.object AS what
FROM pg_roles AS r
CROSS JOIN LATERAL (
    SELECT relowner AS owner, relacl AS acl, oid::regclass::text AS object FROM pg_class
    UNION ALL
    SELECT c.relowner, t.attacl, c.oid::regclass::text
    FROM pg_attribute AS t JOIN pg_class AS c ON c.oid = t.attrelid
    UNION ALL
    SELECT nspowner, nspacl, 'schema ' || oid::regnamespace::text FROM pg_namespace
    UNION ALL
    SELECT proowner, proacl, 'function ' || oid::regprocedure::text FROM pg_proc
    UNION ALL
    SELECT typowner, typacl, 'type ' || oid::regtype::text FROM pg_type
    UNION ALL
    SELECT datdba, datacl, 'database ' || datname FROM pg_database
) AS o
CROSS JOIN LATERAL aclexplode(o.acl) AS a
WHERE r.rolname = %(role)s AND o.owner <> r.oid AND a.grantor = r.oid AND a.grantee <> r.oid
ORDER BY 1, 2
