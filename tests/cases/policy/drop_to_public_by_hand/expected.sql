DROP POLICY everyone ON app.notes;
