-- The session, and the server as every role may see it. pg_stat_ssl shows one's own row to everybody.
SELECT pg_is_in_recovery() AS standby,
       current_setting('default_transaction_read_only')::boolean AS read_only,
       current_setting('ssl')::boolean AS server_tls,
       coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS tls,
       coalesce((SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()), '') AS tls_version,
       inet_server_addr() IS NOT NULL AS network,
       has_database_privilege(current_database(), 'TEMPORARY') AS temporary,
       to_regnamespace('jwtroles') IS NOT NULL AS managed
