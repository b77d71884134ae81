DROP POLICY jr_writer_update ON app.notes;
CREATE POLICY jr_writer_update ON app.notes FOR ALL TO PUBLIC USING (true) WITH CHECK (true);
