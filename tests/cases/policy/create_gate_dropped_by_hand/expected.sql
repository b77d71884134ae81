CREATE POLICY jr_reader_gate ON app.events_2026 AS RESTRICTIVE TO reader USING (tenant = (SELECT jwtroles.claim_tenant(CAST('{"reader","writer"}' AS text[]))));
