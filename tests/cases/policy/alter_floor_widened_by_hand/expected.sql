ALTER POLICY jr_floor ON app.notes USING (tenant = (SELECT jwtroles.claim_tenant()));
