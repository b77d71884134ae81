DROP POLICY shared ON app.notes;
