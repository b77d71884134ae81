ALTER POLICY jr_floor ON app.notes USING (true);
