ALTER POLICY jr_floor ON app.notes TO etl;
