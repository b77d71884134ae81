-- Memberships of the roles in scope in any role, each with all of its grants. INHERIT and SET exist
-- since 16; to_jsonb lets one text serve every version. A grantor may have been dropped before 16.
SELECT role.rolname AS role,
       member.rolname AS member,
       jsonb_agg(
           jsonb_build_object(
               'grantor', coalesce(grantor.rolname, ''),
               'admin', m.admin_option,
               'inherit', to_jsonb(m) -> 'inherit_option',
               'set', to_jsonb(m) -> 'set_option'
           )
           ORDER BY grantor.rolname
       ) AS grants
FROM pg_auth_members AS m
JOIN pg_roles AS role ON role.oid = m.roleid
JOIN pg_roles AS member ON member.oid = m.member
LEFT JOIN pg_roles AS grantor ON grantor.oid = m.grantor
WHERE member.rolname = ANY (%(roles)s)
GROUP BY role.rolname, member.rolname
ORDER BY role.rolname, member.rolname
