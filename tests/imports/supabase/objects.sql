CREATE ROLE supabase_admin SUPERUSER;
CREATE ROLE anon NOLOGIN NOINHERIT;
CREATE ROLE authenticated NOLOGIN NOINHERIT;
CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;
CREATE ROLE authenticator LOGIN NOINHERIT;
CREATE SCHEMA auth AUTHORIZATION supabase_admin;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''),
        (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'))::uuid $$;
CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role' $$;
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), ''))::jsonb $$;
CREATE TABLE public.profiles (id uuid PRIMARY KEY, username text, website text);
CREATE TABLE public.todos (id bigint PRIMARY KEY, user_id uuid, task text, done boolean, team_id uuid);
CREATE TABLE public.members (team_id uuid, user_id uuid, kind text);
CREATE TABLE public.teams (id uuid PRIMARY KEY, name text, org text);
CREATE FUNCTION public.is_member(team uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS
    $$ SELECT EXISTS (SELECT 1 FROM public.members m WHERE m.team_id = team AND m.user_id = auth.uid()) $$;
