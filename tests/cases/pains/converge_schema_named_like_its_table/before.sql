-- pgplex/pgschema 449: the table profiles.profiles with an enum of its own schema in the policy. The
-- plan right after an apply reports the same ALTER POLICY again.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA profiles AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TYPE profiles.profile_status AS ENUM ('active', 'disabled');
CREATE TABLE profiles.profiles (
    id      uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    status  profiles.profile_status NOT NULL DEFAULT 'active'
);
ALTER TABLE profiles.profiles ENABLE ROW LEVEL SECURITY;
RESET ROLE;
CREATE ROLE authenticated NOLOGIN;
GRANT USAGE ON SCHEMA profiles TO authenticated;
GRANT SELECT ON profiles.profiles TO authenticated;
CREATE POLICY jr_authenticated_select ON profiles.profiles FOR SELECT TO authenticated
    USING (profiles.status <> 'disabled'::profiles.profile_status);
