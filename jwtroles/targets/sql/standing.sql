-- How a role stands in its cluster: its attributes, its sessions, and the databases in which it owns
-- something or has rights. pg_shdepend is the whole cluster's (manual section 53.49).
SELECT r.rolcanlogin AS login,
       r.rolsuper OR r.rolcreaterole OR r.rolreplication OR r.rolbypassrls AS reserved,
       r.rolname = current_user AS me,
       shobj_description(r.oid, 'pg_authid') AS comment,
       (SELECT count(*)::int FROM pg_stat_activity AS a WHERE a.usesysid = r.oid) AS sessions,
       ARRAY(
           SELECT DISTINCT d.datname::text FROM pg_shdepend AS s JOIN pg_database AS d ON d.oid = s.dbid
           WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid ORDER BY 1
       ) AS databases,
       ARRAY(
           SELECT pg_describe_object(s.classid, s.objid, s.objsubid) FROM pg_shdepend AS s
           WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid AND s.dbid = 0
             AND s.deptype = 'o' AND s.classid <> 'pg_auth_members'::regclass ORDER BY 1
       ) AS shared
FROM pg_roles AS r
WHERE r.rolname = %(role)s
