GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role, reporter;
GRANT ALL ON ALL TABLES IN SCHEMA public TO anon, authenticated, service_role;
REVOKE ALL ON public.plans FROM anon;
GRANT SELECT ON public.plans TO reporter;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.total(int) TO authenticated;
GRANT EXECUTE ON FUNCTION public.size_of(bigint) TO authenticated, service_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO anon, authenticated, service_role;
ALTER TABLE public.teams ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.files ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Own teams" ON public.teams TO authenticated USING ((SELECT auth.uid()) = owner) WITH CHECK ((SELECT auth.uid()) = owner);
CREATE POLICY "Own notes" ON public.notes TO authenticated USING ((SELECT auth.uid()) = owner) WITH CHECK ((SELECT auth.uid()) = owner);
CREATE POLICY "Own files" ON public.files TO authenticated USING ((SELECT auth.uid()) = owner) WITH CHECK ((SELECT auth.uid()) = owner);
CREATE POLICY "Plans" ON public.plans FOR SELECT USING (true);
CREATE POLICY "No anon" ON public.plans FOR UPDATE TO anon USING (false);
CREATE POLICY "Avatars are public" ON storage.objects FOR SELECT USING (bucket_id = 'avatars');
CREATE POLICY "Own objects" ON storage.objects TO authenticated USING (owner = (SELECT auth.uid()));
CREATE POLICY "Own objects" ON storage.buckets TO authenticated USING (owner = (SELECT auth.uid()));
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['app.jobs', 'app.runs', 'public.teams', 'public.notes', 'public.files', 'public.plans']
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY "Nothing goes" ON %s AS RESTRICTIVE FOR DELETE USING (false)', name);
    END LOOP;
END $$;
