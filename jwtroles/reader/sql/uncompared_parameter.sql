-- Who may set a parameter that otherwise only superusers may (since PostgreSQL 15).
SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END AS role,
       string_agg(lower(a.privilege_type), ', ' ORDER BY a.privilege_type)
       || ' on parameter ' || p.parname AS words
FROM pg_parameter_acl AS p, aclexplode(p.paracl) AS a
WHERE a.grantee <> 10
GROUP BY a.grantee, p.parname
ORDER BY 1, 2
