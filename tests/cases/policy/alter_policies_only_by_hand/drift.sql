ALTER POLICY jr_reader_select ON store.objects USING (true);
-- Grants and row security are the owner's.
GRANT USAGE ON SCHEMA store TO reader;
GRANT SELECT, DELETE ON store.objects TO reader;
ALTER TABLE store.objects FORCE ROW LEVEL SECURITY;
