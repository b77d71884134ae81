DROP POLICY jr_floor ON app.notes;
