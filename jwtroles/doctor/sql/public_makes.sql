-- Where everybody may make something, the statement that takes it away, and who owns it. Before 15 PUBLIC
-- has CREATE on the schema public of each new database.
SELECT format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', n.nspname) AS stop,
       pg_get_userbyid(n.nspowner)::text AS owner
FROM pg_namespace AS n WHERE has_schema_privilege('public', n.oid, 'CREATE')
UNION ALL
SELECT format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', d.datname), pg_get_userbyid(d.datdba)::text
FROM pg_database AS d
WHERE d.datname = current_database() AND has_database_privilege('public', d.oid, 'TEMPORARY')
ORDER BY 1
