CREATE POLICY jr_floor ON app.events_2026 AS RESTRICTIVE TO reader USING (tenant = (SELECT jwtroles.claim_tenant()));
