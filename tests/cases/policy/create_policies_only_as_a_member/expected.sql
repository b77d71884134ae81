REVOKE SELECT ON app.tags FROM reader;
REVOKE USAGE ON SCHEMA app FROM reader;
CREATE POLICY jr_reader_select ON store.objects FOR SELECT TO reader USING (owner = (SELECT jwtroles.claim_sub()));
