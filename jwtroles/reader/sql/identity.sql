-- What tells this database from every other one: the cluster's identifier is made by initdb and stays
-- through failovers; a database's number is another one after DROP and CREATE.
SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system,
       oid::bigint AS oid,
       datname::text AS name,
       current_setting('server_version_num')::int / 10000 AS major
FROM pg_database
WHERE datname = current_database()
