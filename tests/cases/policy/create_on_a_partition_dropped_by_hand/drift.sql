DROP POLICY jr_floor ON app.events_2026;
