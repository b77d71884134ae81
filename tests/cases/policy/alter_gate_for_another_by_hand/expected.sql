ALTER POLICY jr_reader_gate ON app.notes TO reader;
