-- What tells this database from every other one: the cluster's identifier is made by initdb and stays
-- through failovers; a database's number is another one after DROP and CREATE. A physical copy has the
-- same ones, and another time at which its server was started. Whether everybody may ask for the
-- identifier is up to the platform.
SELECT CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
            THEN (SELECT system_identifier::text FROM pg_control_system()) ELSE '' END AS system,
       oid::bigint AS oid,
       datname::text AS name,
       current_setting('server_version_num')::int / 10000 AS major,
       extract(epoch FROM pg_postmaster_start_time())::text AS started,
       pg_is_in_recovery() AS standby
FROM pg_database
WHERE datname = current_database()
