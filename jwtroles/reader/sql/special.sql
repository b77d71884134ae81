-- Functions of pg_catalog that PostgreSQL itself does not have.
SELECT DISTINCT proname::text AS name
FROM pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY (%(names)s)
ORDER BY 1
