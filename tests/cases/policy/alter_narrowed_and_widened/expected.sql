ALTER POLICY jr_reader_select ON app.notes USING (state = 'open');
ALTER POLICY jr_writer_update ON app.notes USING (author = (SELECT jwtroles.claim_sub())) WITH CHECK (author = (SELECT jwtroles.claim_sub()));
