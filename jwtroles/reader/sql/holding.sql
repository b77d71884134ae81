-- What keeps roles from being dropped beside what is managed here: objects of this database that they
-- own, and rights on objects that all databases share. pg_shdepend is the whole cluster's; a role that
-- another database uses stays, see elsewhere.sql.
SELECT r.rolname AS role,
       s.deptype = 'o' AS owns,
       pg_describe_object(s.classid, s.objid, s.objsubid) AS object
FROM pg_shdepend AS s
JOIN pg_roles AS r ON r.oid = s.refobjid AND s.refclassid = 'pg_authid'::regclass
LEFT JOIN pg_database AS d ON d.oid = s.dbid
WHERE r.rolname = ANY (%(roles)s)
  AND NOT (s.dbid = 0 AND s.classid IN ('pg_database'::regclass, 'pg_auth_members'::regclass))
  AND CASE WHEN s.dbid <> 0
           THEN d.datname = current_database() AND s.deptype = 'o'
                AND (pg_identify_object(s.classid, s.objid, s.objsubid)).schema
                IS DISTINCT FROM 'jwtroles'
                AND NOT (s.classid = 'pg_namespace'::regclass
                         AND s.objid = to_regnamespace('jwtroles')::oid)
           ELSE true END
GROUP BY 1, 2, 3
ORDER BY 1, 2 DESC, 3
