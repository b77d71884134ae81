DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE 'GRANT MAINTAIN, TRUNCATE ON app.tags TO reader';
    ELSE
        GRANT TRUNCATE ON app.tags TO reader;
    END IF;
END $$;
