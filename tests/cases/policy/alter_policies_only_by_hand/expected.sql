ALTER POLICY jr_reader_select ON store.objects USING (owner = (SELECT jwtroles.claim_sub()));
