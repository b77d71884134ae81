-- Settings as this session has them. Those that only a superuser or a member of pg_read_all_settings may
-- see are not in pg_settings for others.
SELECT name, setting AS value, source
FROM pg_settings
WHERE name = ANY (%(names)s)
