CREATE POLICY jr_floor ON app.notes AS RESTRICTIVE TO reader, writer USING (tenant = (SELECT jwtroles.claim_tenant()));
