DROP POLICY everything ON app.notes;
