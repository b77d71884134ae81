-- supabase/pg-toolbelt 96: INSERT and UPDATE on the table become rights on columns. The columns were
-- granted first and the table was revoked after that, which takes the columns away again.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.battery_manufacturers (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id     uuid NOT NULL,
    name       text NOT NULL,
    created_by uuid NOT NULL DEFAULT gen_random_uuid(),
    UNIQUE (org_id, name)
);
RESET ROLE;
CREATE ROLE authenticated NOLOGIN;
GRANT USAGE ON SCHEMA app TO authenticated;
GRANT SELECT, INSERT, UPDATE ON app.battery_manufacturers TO authenticated;
