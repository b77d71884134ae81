ALTER POLICY jr_writer_update ON app.notes USING (true) WITH CHECK (true);
