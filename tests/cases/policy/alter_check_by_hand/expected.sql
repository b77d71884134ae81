ALTER POLICY jr_writer_update ON app.notes WITH CHECK (author = (SELECT jwtroles.claim_sub()));
