-- supabase/cli 1716, since 2023: UPDATE on two columns in place of the whole table, which the diff
-- does not show.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.profiles (
    id         uuid PRIMARY KEY,
    name       text,
    avatar_url text,
    created_at timestamptz NOT NULL DEFAULT now()
);
RESET ROLE;
CREATE ROLE authenticated NOLOGIN;
GRANT USAGE ON SCHEMA app TO authenticated;
GRANT ALL ON app.profiles TO authenticated;
