DROP POLICY jr_reader_gate ON app.events_2026;
