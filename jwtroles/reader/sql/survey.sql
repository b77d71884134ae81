-- Every table that a specification could be about, with what a first look needs of it. Not the tables
-- of extensions, and not partitions: they are under their parent.
SELECT
    n.nspname::text AS schema,
    pg_get_userbyid(n.nspowner)::text AS schema_owner,
    c.relname::text AS name,
    ARRAY(
        SELECT ARRAY[a.attname::text, format_type(a.atttypid, NULL)]
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
    ) AS columns,
    ARRAY(
        SELECT a.attname::text
        FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY a.attnum
    ) AS key,
    ARRAY(
        SELECT DISTINCT coalesce(r.rolname::text, 'PUBLIC')
        FROM (
            SELECT acl.grantee FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS acl
            UNION
            SELECT acl.grantee FROM pg_attribute AS a CROSS JOIN LATERAL aclexplode(a.attacl) AS acl
            WHERE a.attrelid = c.oid
        ) AS held
        LEFT JOIN pg_roles AS r ON r.oid = held.grantee
        WHERE held.grantee = 0
           OR (held.grantee <> c.relowner AND NOT r.rolsuper AND NOT r.rolbypassrls)
        ORDER BY 1
    ) AS holders
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'jwtroles')
  AND NOT EXISTS (
      SELECT FROM pg_depend AS d
      WHERE d.deptype = 'e' AND (
          (d.classid = 'pg_class'::regclass AND d.objid = c.oid)
          OR (d.classid = 'pg_namespace'::regclass AND d.objid = n.oid)
      )
  )
ORDER BY n.nspname, c.relname
