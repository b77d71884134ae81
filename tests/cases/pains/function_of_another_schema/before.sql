-- pgplex/pgschema 427: with `auth` on the search_path, PostgreSQL prints auth.uid() as uid(), and the
-- policy that was made of it fails, or calls another function of that name.
CREATE ROLE app_owner NOLOGIN;
CREATE ROLE authenticated NOLOGIN;
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE
    RETURN nullif(current_setting('request.jwt.claim.sub', true), '')::uuid;
GRANT USAGE ON SCHEMA auth TO PUBLIC;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.items (id bigserial PRIMARY KEY, owner_id uuid NOT NULL, name text NOT NULL);
ALTER TABLE app.items ENABLE ROW LEVEL SECURITY;
RESET ROLE;
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = "$user", public, auth, helpers', current_database());
END $$;
CREATE SCHEMA helpers;
CREATE FUNCTION helpers.uid() RETURNS uuid LANGUAGE sql STABLE
    RETURN '00000000-0000-0000-0000-000000000001'::uuid;
GRANT USAGE ON SCHEMA app TO authenticated;
GRANT SELECT ON app.items TO authenticated;
CREATE POLICY jr_authenticated_select ON app.items FOR SELECT TO authenticated
    USING (owner_id = (SELECT helpers.uid()));
