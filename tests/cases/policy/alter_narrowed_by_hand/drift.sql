ALTER POLICY jr_writer_update ON app.notes USING (author = (SELECT jwtroles.claim_sub()) AND state = 'open');
