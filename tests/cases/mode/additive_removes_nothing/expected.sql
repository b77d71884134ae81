CREATE POLICY jr_writer_update ON app.notes FOR UPDATE TO writer USING (author = (SELECT jwtroles.claim_sub())) WITH CHECK (author = (SELECT jwtroles.claim_sub()));
GRANT UPDATE (body) ON app.notes TO writer;
