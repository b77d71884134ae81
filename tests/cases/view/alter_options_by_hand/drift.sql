ALTER VIEW app.names SET (security_barrier = off);
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER VIEW app.names SET (security_invoker = on);
    END IF;
END $$;
