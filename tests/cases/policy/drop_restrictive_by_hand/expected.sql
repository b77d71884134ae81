DROP POLICY nothing ON app.notes;
