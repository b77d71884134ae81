-- Who may connect to this database at all.
SELECT rolname::text AS name,
       rolvaliduntil IS NOT NULL AND rolvaliduntil < clock_timestamp() AS over,
       has_database_privilege(oid, current_database(), 'CONNECT') AS connect
FROM pg_roles
WHERE rolname = ANY (%(roles)s)
