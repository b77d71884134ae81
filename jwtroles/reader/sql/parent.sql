-- Who has whose rights by membership, directly. INHERIT belongs to the membership since 16, and to the
-- member before; to_jsonb lets one text serve every version.
SELECT member.rolname AS member, array_agg(role.rolname::text ORDER BY role.rolname) AS roles
FROM pg_auth_members AS m
JOIN pg_roles AS role ON role.oid = m.roleid
JOIN pg_roles AS member ON member.oid = m.member
WHERE coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, member.rolinherit)
GROUP BY member.rolname
ORDER BY member.rolname
