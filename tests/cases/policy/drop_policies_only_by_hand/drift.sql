CREATE POLICY wide ON store.objects TO reader USING (true);
CREATE POLICY more ON store.buckets TO reader USING (true);
