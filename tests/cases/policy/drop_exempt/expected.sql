DROP POLICY jr_etl_exempt ON app.notes;
