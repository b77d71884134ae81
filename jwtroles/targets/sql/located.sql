-- Where this connection leads. The time at which the server was started tells it from a physical copy,
-- which has the same identifier; whether everybody may ask for that one is up to the platform.
SELECT CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
            THEN (SELECT system_identifier::text FROM pg_control_system()) ELSE '' END
           || ' ' || extract(epoch FROM pg_postmaster_start_time()) AS cluster,
       (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) AS oid,
       current_database()::text AS name,
       pg_is_in_recovery() AS standby
