-- The server, the database and what the connected role may do. SET is a privilege of its own since 16;
-- before, whoever is a member may SET ROLE.
SELECT current_setting('server_version_num')::int AS version,
       split_part(current_setting('server_version'), ' ', 1) AS label,
       current_database()::text AS database,
       current_user::text AS applier,
       me.rolsuper AS superuser,
       me.rolcreaterole AS createrole,
       has_database_privilege(current_database(), 'CREATE') AS database_create,
       current_setting('max_locks_per_transaction')::int AS locks_each,
       current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int
           AS lock_sessions,
       -- Weak locks on tables stand in the backend's own fast path and take no slot.
       (SELECT count(*)::int FROM (
           SELECT DISTINCT locktype, database, relation, page, tuple, virtualxid, transactionid::text,
                  classid, objid, objsubid
           FROM pg_locks WHERE NOT fastpath AND pid IS DISTINCT FROM pg_backend_pid()) AS held) AS locks_held,
       ARRAY(SELECT r.rolname::text FROM pg_roles AS r WHERE pg_has_role(r.oid, 'USAGE')) AS acts_as,
       ARRAY(
           SELECT r.rolname::text FROM pg_roles AS r
           WHERE CASE WHEN current_setting('server_version_num')::int >= 160000
                      THEN pg_has_role(r.oid, 'SET') ELSE pg_has_role(r.oid, 'MEMBER') END
       ) AS settable,
       ARRAY(
           SELECT r.rolname::text FROM pg_roles AS r
           WHERE pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION')
       ) AS admin_of
FROM pg_roles AS me
WHERE me.rolname = current_user
