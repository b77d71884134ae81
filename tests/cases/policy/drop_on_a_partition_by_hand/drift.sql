CREATE POLICY leak ON app.events_2026 TO reader USING (true);
