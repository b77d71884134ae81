-- The server, the database and what the connected role may do. SET is a privilege of its own since 16;
-- before, whoever is a member may SET ROLE.
SELECT current_setting('server_version_num')::int AS version,
       split_part(current_setting('server_version'), ' ', 1) AS label,
       current_database()::text AS database,
       current_user::text AS applier,
       me.rolsuper AS superuser,
       me.rolcreaterole AS createrole,
       has_database_privilege(current_database(), 'CREATE') AS database_create,
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
