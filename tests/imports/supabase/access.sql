GRANT anon, authenticated, service_role TO authenticator;
GRANT USAGE ON SCHEMA auth, public TO anon, authenticated, service_role;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA auth, public TO anon, authenticated, service_role;
GRANT ALL ON ALL TABLES IN SCHEMA public TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT ALL ON FUNCTIONS TO anon, authenticated, service_role;
ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.todos ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.teams ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.members ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Public profiles are viewable by everyone." ON public.profiles FOR SELECT USING (true);
CREATE POLICY "Users can insert their own profile." ON public.profiles FOR INSERT WITH CHECK ((select auth.uid()) = id);
CREATE POLICY "Users can update own profile." ON public.profiles FOR UPDATE USING ((select auth.uid()) = id);
CREATE POLICY "Individuals can view their own todos." ON public.todos FOR SELECT TO authenticated USING (auth.uid() = user_id);
CREATE POLICY "Team" ON public.todos TO authenticated USING (public.is_member(team_id)) WITH CHECK (public.is_member(team_id));
CREATE POLICY "Org" ON public.teams FOR SELECT TO authenticated
    USING (org = (auth.jwt() -> 'app_metadata' ->> 'org') OR (auth.jwt() ->> 'email') LIKE '%@acme.example');
CREATE POLICY "MFA" ON public.teams AS RESTRICTIVE FOR UPDATE TO authenticated USING ((auth.jwt() ->> 'aal') = 'aal2');
CREATE POLICY "Service" ON public.members USING (auth.role() = 'service_role');
CREATE POLICY "Mine" ON public.members FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY "In team" ON public.teams FOR SELECT TO authenticated
    USING (id IN (SELECT team_id FROM public.members WHERE user_id = auth.uid()));
