-- Roles that have the rights of an owner in the managed schemas, or of the database: what an owner may, they may.
-- What is not PostgreSQL's own has an OID from 16384 on (manual, "OID Assignment"): by them, its 3,000 functions are not
-- scanned.
SELECT o.rolname::text AS owner,
       ARRAY(SELECT r.rolname::text FROM pg_roles AS r WHERE pg_has_role(r.oid, o.oid, 'USAGE')) AS heirs
FROM pg_roles AS o
WHERE o.oid IN (
    SELECT c.relowner FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY (%(schemas)s)
    UNION ALL
    SELECT p.proowner FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = ANY (%(schemas)s) AND p.oid >= 16384
    UNION ALL
    SELECT d.datdba FROM pg_database AS d WHERE d.datname = current_database()
    UNION ALL
    SELECT n.nspowner FROM pg_namespace AS n WHERE n.nspname = ANY (%(schemas)s)
)
ORDER BY o.rolname
