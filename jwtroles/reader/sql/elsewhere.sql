-- In which other databases roles are used: they own something there or have rights, or have rights on
-- the database itself. pg_shdepend is the whole cluster's (manual section 53.49).
SELECT r.rolname AS role,
       array_agg(DISTINCT d.datname::text) AS databases
FROM pg_shdepend AS s
JOIN pg_roles AS r ON r.oid = s.refobjid AND s.refclassid = 'pg_authid'::regclass
JOIN pg_database AS d
  ON d.oid = CASE WHEN s.dbid <> 0 THEN s.dbid
                  WHEN s.classid = 'pg_database'::regclass THEN s.objid END
WHERE r.rolname = ANY (%(roles)s) AND d.datname <> current_database()
GROUP BY r.rolname
ORDER BY r.rolname
