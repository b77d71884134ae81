-- Memberships of the roles in scope in any role, each with all of its grants, and of anybody in the
-- roles that own what is ours, which have no members: but whoever may pass such a role on (its creator
-- has ADMIN since 16) can come back at any time. INHERIT and SET exist since 16; to_jsonb lets one text
-- serve every version. A grantor may have been dropped before 16.
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
       ) AS grants,
       EXISTS (
           SELECT FROM pg_auth_members AS d WHERE d.roleid = m.roleid AND d.grantor = m.member
       ) AS passed_on
FROM pg_auth_members AS m
JOIN pg_roles AS role ON role.oid = m.roleid
JOIN pg_roles AS member ON member.oid = m.member
LEFT JOIN pg_roles AS grantor ON grantor.oid = m.grantor
WHERE member.rolname = ANY (%(members)s) OR (role.rolname = ANY (%(made)s) AND NOT m.admin_option)
GROUP BY role.rolname, member.rolname, m.roleid, m.member
ORDER BY role.rolname, member.rolname
