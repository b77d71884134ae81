DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE 'GRANT reader TO writer WITH SET TRUE GRANTED BY :applier';
        EXECUTE 'GRANT reader TO gate WITH INHERIT TRUE, SET FALSE GRANTED BY :applier';
    ELSE
        GRANT reader TO writer WITH ADMIN OPTION;
    END IF;
END $$;
