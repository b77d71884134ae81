DROP POLICY jr_floor ON app.notes;
CREATE POLICY jr_floor ON app.notes TO reader, writer USING (tenant = (SELECT jwtroles.claim_tenant()));
