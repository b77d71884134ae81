CREATE POLICY jr_floor_live ON app.notes AS RESTRICTIVE TO reader, writer USING (state IN ('open'));
CREATE POLICY jr_floor_tenant ON app.notes AS RESTRICTIVE TO reader, writer USING (tenant = (SELECT jwtroles.claim_tenant()));
DROP POLICY jr_floor ON app.notes;
