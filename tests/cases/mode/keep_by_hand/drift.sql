CREATE POLICY theirs ON app.notes TO reader USING (true);
GRANT INSERT, DELETE ON app.tags TO reader;
GRANT CREATE ON SCHEMA app TO reader;
GRANT pg_monitor TO reader;
-- Of what is kept, what the file wants is still put right; and what nobody keeps goes.
CREATE POLICY other ON app.notes TO reader USING (true);
REVOKE SELECT ON app.tags FROM reader;
