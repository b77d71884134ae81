-- What a role may do to each table and view of some schemas, by whatever way it has it: its own
-- rights, those that it inherits, and those of PUBLIC (manual section 9.27.2).
SELECT
  n.nspname AS schema,
  c.relname AS name,
  lower(p.privilege) AS privilege,
  p.by_column,
  has_table_privilege(r.oid, c.oid, p.privilege) AS whole,
  CASE WHEN p.by_column THEN ARRAY(
    SELECT a.attname::text FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND has_column_privilege(r.oid, c.oid, a.attnum, p.privilege)
    ORDER BY a.attnum
  ) ELSE '{}' END AS columns
FROM pg_roles AS r
CROSS JOIN pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN (
  VALUES ('SELECT', true), ('INSERT', true), ('UPDATE', true), ('REFERENCES', true),
    ('DELETE', false), ('TRUNCATE', false), ('TRIGGER', false)
) AS p (privilege, by_column)
WHERE r.rolname = %(role)s
  AND n.nspname = ANY (%(schemas)s)
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
