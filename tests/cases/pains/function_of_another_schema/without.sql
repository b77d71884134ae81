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
