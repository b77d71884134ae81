ALTER POLICY jr_writer_update ON app.notes TO writer;
