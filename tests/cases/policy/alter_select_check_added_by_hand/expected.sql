ALTER POLICY jr_writer_update ON app.notes RENAME TO jr_writer_update_replaced;
CREATE POLICY jr_writer_update ON app.notes FOR UPDATE TO writer USING (author = (SELECT jwtroles.claim_sub())) WITH CHECK (author = (SELECT jwtroles.claim_sub()));
DROP POLICY jr_writer_update_replaced ON app.notes;
