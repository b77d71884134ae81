-- What a role has in this database: what it owns, what it has rights on, the policies that name it.
-- REASSIGN OWNED gives default privileges and user mappings to nobody: DROP OWNED drops them.
SELECT CASE WHEN s.classid IN ('pg_default_acl'::regclass, 'pg_user_mapping'::regclass) THEN 'own'
            ELSE s.deptype::text END AS how,
       pg_describe_object(s.classid, s.objid, s.objsubid) AS object
FROM pg_shdepend AS s
JOIN pg_roles AS r ON r.oid = s.refobjid AND s.refclassid = 'pg_authid'::regclass
WHERE r.rolname = %(role)s
  AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY 1, 2
