-- What tells this database from every other one of its cluster: its number is another one after DROP and
-- CREATE. The time at which the server was started tells the cluster from a physical copy.
SELECT oid::bigint AS oid,
       datname::text AS name,
       current_setting('server_version_num')::int / 10000 AS major,
       extract(epoch FROM pg_postmaster_start_time())::text AS started,
       pg_is_in_recovery() AS standby,
       has_function_privilege('pg_control_system()', 'EXECUTE') AS may_ask
FROM pg_database
WHERE datname = current_database()
