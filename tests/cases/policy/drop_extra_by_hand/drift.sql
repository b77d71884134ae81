CREATE POLICY everything ON app.notes TO reader USING (true);
