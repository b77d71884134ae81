GRANT SELECT, DELETE ON app.notes TO reader;
REVOKE UPDATE ON app.notes FROM writer;
GRANT SELECT ON app.tags TO reader WITH GRANT OPTION;
CREATE POLICY everything ON app.notes TO reader USING (true);
DROP POLICY jr_writer_update ON app.notes;
INSERT INTO jwtroles.role_setting VALUES ('reader', 'search_path', 'app');
GRANT reader TO gate WITH ADMIN OPTION GRANTED BY :applier;
