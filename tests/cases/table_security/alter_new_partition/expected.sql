CREATE POLICY jr_floor ON app.events_2027 AS RESTRICTIVE TO reader USING (tenant = (SELECT jwtroles.claim_tenant()));
CREATE POLICY jr_floor ON app.events_2027_rest AS RESTRICTIVE TO reader USING (tenant = (SELECT jwtroles.claim_tenant()));
ALTER TABLE app.events_2027 ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.events_2027_rest ENABLE ROW LEVEL SECURITY;
