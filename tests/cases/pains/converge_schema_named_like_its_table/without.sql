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
