GRANT INSERT ON app.tags TO anon;
GRANT SELECT ON app.notes TO anon WITH GRANT OPTION;
CREATE POLICY wide ON app.notes TO anon USING (true);
-- What the file does not name stays as it is.
GRANT TRUNCATE ON app.events TO anon;
GRANT CREATE ON SCHEMA app TO anon;
CREATE POLICY theirs ON app.events TO anon USING (true);
ALTER ROLE anon LOGIN CONNECTION LIMIT 3;
COMMENT ON ROLE anon IS NULL;
GRANT anon TO etl;
GRANT pg_read_all_data TO anon;
GRANT SELECT ON app.events TO service_role WITH GRANT OPTION;
