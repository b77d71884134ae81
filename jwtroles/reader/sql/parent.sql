-- Direct memberships: whose rights a member has (INHERIT), and what it may become (SET). Both belong to the
-- membership since 16; before, INHERIT is the member's attribute and SET goes without saying. to_jsonb
-- lets one text serve every version.
SELECT member.rolname AS member,
       array_agg(DISTINCT role.rolname::text) FILTER (WHERE o.inherits) AS inherits,
       array_agg(DISTINCT role.rolname::text) FILTER (WHERE o.inherits OR o.sets) AS reaches
FROM pg_auth_members AS m
JOIN pg_roles AS role ON role.oid = m.roleid
JOIN pg_roles AS member ON member.oid = m.member
CROSS JOIN LATERAL (
    SELECT coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, member.rolinherit) AS inherits,
           coalesce((to_jsonb(m) ->> 'set_option')::boolean, true) AS sets
) AS o
GROUP BY member.rolname
ORDER BY member.rolname
