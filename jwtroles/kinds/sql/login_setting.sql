-- Settings that PostgreSQL applies when a role logs in (pg_db_role_setting, manual section 53.16),
-- here and in every database. Of the logins that become token roles, only those that say who
-- somebody is: gateways keep settings of their own there.
SELECT r.rolname AS role,
       s.setdatabase = 0 AS everywhere,
       c.name,
       c.value
FROM pg_db_role_setting AS s
JOIN pg_roles AS r ON r.oid = s.setrole
CROSS JOIN LATERAL (
    SELECT lower(split_part(setting, '=', 1)) AS name,
           substr(setting, strpos(setting, '=') + 1) AS value
    FROM unnest(s.setconfig) AS list (setting)
) AS c
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND r.rolname = ANY (%(files)s)
  AND (r.rolname <> ALL (%(logins)s)
       OR c.name ~ '^(role|session_authorization|is_superuser)$|^(jwtroles|request)[.]')
ORDER BY r.rolname, s.setdatabase, c.name
