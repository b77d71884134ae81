-- The writer has the option itself and from the reader, whose rights it has: PostgreSQL would
-- leave what it passed on until both are gone.
GRANT DELETE ON app.tags TO reader, writer WITH GRANT OPTION;
SET ROLE writer;
GRANT DELETE ON app.tags TO other;
RESET ROLE;
DO $$ BEGIN
    EXECUTE 'GRANT writer TO :applier'
        || CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH SET TRUE' ELSE '' END;
END $$;
