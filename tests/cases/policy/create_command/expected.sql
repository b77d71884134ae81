CREATE POLICY jr_writer_delete ON app.notes FOR DELETE TO writer USING (author = (SELECT jwtroles.claim_sub()));
CREATE POLICY jr_writer_insert ON app.notes FOR INSERT TO writer WITH CHECK (author = (SELECT jwtroles.claim_sub()));
GRANT DELETE ON app.notes TO writer;
GRANT INSERT (author, body, tenant) ON app.notes TO writer;
