CREATE POLICY everyone ON app.notes FOR SELECT USING (true);
