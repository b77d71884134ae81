-- What keeps roles from being dropped beside what is managed here: objects that they own, and rights
-- in other databases or on objects that all databases share. pg_shdepend is the whole cluster's; names
-- of objects can be found in this database alone.
SELECT r.rolname AS role,
       s.deptype = 'o' AS owns,
       d.datname AS database,
       CASE WHEN s.dbid = 0 OR d.datname = current_database()
            THEN pg_describe_object(s.classid, s.objid, s.objsubid) END AS object,
       count(*) AS number
FROM pg_shdepend AS s
JOIN pg_roles AS r ON r.oid = s.refobjid AND s.refclassid = 'pg_authid'::regclass
LEFT JOIN pg_database AS d ON d.oid = s.dbid
WHERE r.rolname = ANY (%(roles)s)
  AND NOT (s.dbid = 0 AND s.classid = 'pg_database'::regclass
           AND s.objid = (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND s.classid <> 'pg_auth_members'::regclass
  AND CASE WHEN d.datname = current_database()
           THEN s.deptype = 'o' AND (pg_identify_object(s.classid, s.objid, s.objsubid)).schema
                IS DISTINCT FROM 'jwtroles'
                AND NOT (s.classid = 'pg_namespace'::regclass
                         AND s.objid = to_regnamespace('jwtroles')::oid)
           ELSE true END
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2 DESC, 3, 4
