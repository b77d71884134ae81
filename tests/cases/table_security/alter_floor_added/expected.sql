CREATE POLICY jr_floor ON app.events AS RESTRICTIVE TO reader USING (tenant = (SELECT jwtroles.claim_tenant()));
CREATE POLICY jr_reader_select ON app.events FOR SELECT TO reader USING (true);
CREATE POLICY jr_floor ON app.events_2026 AS RESTRICTIVE TO reader USING (tenant = (SELECT jwtroles.claim_tenant()));
CREATE POLICY jr_floor ON app.notes AS RESTRICTIVE TO reader USING (tenant = (SELECT jwtroles.claim_tenant()));
CREATE POLICY jr_reader_select ON app.notes FOR SELECT TO reader USING (true);
ALTER TABLE app.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.events_2026 ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY;
