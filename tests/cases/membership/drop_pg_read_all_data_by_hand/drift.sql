DO $$
BEGIN
    -- PostgreSQL 16 and later: whoever revokes it must be able to give it.
    IF ':applier' <> 'postgres' THEN
        GRANT pg_read_all_data TO :applier WITH ADMIN OPTION;
    END IF;
END $$;
GRANT pg_read_all_data TO reader GRANTED BY :applier;
