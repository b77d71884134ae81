ALTER POLICY jr_floor ON app.notes RENAME TO jr_floor_replaced;
CREATE POLICY jr_floor ON app.notes AS RESTRICTIVE TO reader, writer USING (tenant = (SELECT jwtroles.claim_tenant()));
DROP POLICY jr_floor_replaced ON app.notes;
