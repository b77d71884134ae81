ALTER POLICY jr_writer_gate ON app.notes USING (tenant = (SELECT jwtroles.claim_tenant(CAST('{"writer"}' AS text[]))));
