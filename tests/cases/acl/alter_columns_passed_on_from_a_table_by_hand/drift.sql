-- What a role grants on columns by an option on the table does not go with that option.
GRANT SELECT ON app.notes TO reader WITH GRANT OPTION;
REVOKE SELECT (id, tenant) ON app.notes FROM writer;
SET ROLE reader;
GRANT SELECT (id, tenant, body) ON app.notes TO writer;
RESET ROLE;
DO $$ BEGIN
    EXECUTE 'GRANT reader TO :applier'
        || CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH SET TRUE' ELSE '' END;
END $$;
