ALTER POLICY shared ON app.notes TO etl;
