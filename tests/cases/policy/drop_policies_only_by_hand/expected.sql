DROP POLICY more ON store.buckets;
DROP POLICY wide ON store.objects;
