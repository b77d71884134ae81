DROP POLICY leak ON app.events_2026;
