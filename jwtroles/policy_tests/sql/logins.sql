-- Which of the roles that tests act as exist, and whether the session may become them.
SELECT r.rolname::text AS name,
       CASE WHEN current_setting('server_version_num')::int >= 160000
            THEN pg_has_role(session_user, r.oid, 'SET')
            ELSE pg_has_role(session_user, r.oid, 'MEMBER')
       END AS settable,
       EXISTS (
           SELECT FROM pg_proc AS p
           JOIN pg_namespace AS n ON n.oid = p.pronamespace
           WHERE n.nspname = 'jwtroles' AND p.proname = %(function)s
       ) AS applied
FROM pg_roles AS r
WHERE r.rolname = ANY (%(roles)s::text[])
