-- What is set for roles and databases (pg_db_role_setting): '' is every role.
SELECT coalesce(r.rolname::text, '') AS role,
       s.setdatabase <> 0 AS here,
       lower(split_part(setting, '=', 1)) AS name,
       substr(setting, strpos(setting, '=') + 1) AS value
FROM pg_db_role_setting AS s
LEFT JOIN pg_roles AS r ON r.oid = s.setrole
CROSS JOIN LATERAL unnest(s.setconfig) AS list (setting)
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND lower(split_part(setting, '=', 1)) = ANY (%(names)s)
