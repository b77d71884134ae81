-- Who is a member of a role, and who is one of another role by its grant, which goes with it since 16.
-- Since 16 whoever makes a role has ADMIN on it, and may not act as it.
SELECT pg_get_userbyid(m.member)::text AS member, 'it' AS what
FROM pg_auth_members AS m
JOIN pg_roles AS r ON r.oid = m.roleid
WHERE r.rolname = %(role)s AND pg_get_userbyid(m.member) <> current_user
  AND coalesce((to_jsonb(m) ->> 'inherit_option')::boolean OR (to_jsonb(m) ->> 'set_option')::boolean, true)
UNION ALL
SELECT pg_get_userbyid(m.member)::text, pg_get_userbyid(m.roleid)::text || ' by its grant'
FROM pg_auth_members AS m
JOIN pg_roles AS r ON r.oid = m.grantor
WHERE r.rolname = %(role)s AND current_setting('server_version_num')::int >= 160000
ORDER BY 1, 2
