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
