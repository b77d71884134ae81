-- Every role of the cluster with the comment that may hold our mark (pg_authid is not readable
-- without superuser, pg_roles is).
SELECT r.rolname AS name,
       r.rolcanlogin AS login,
       r.rolinherit AS inherit,
       r.rolsuper AS superuser,
       r.rolcreatedb AS createdb,
       r.rolcreaterole AS createrole,
       r.rolreplication AS replication,
       r.rolbypassrls AS bypassrls,
       r.rolconnlimit AS connection_limit,
       shobj_description(r.oid, 'pg_authid') AS comment
FROM pg_roles AS r
ORDER BY r.rolname
