-- Nimblesite/DataProvider 98 (an outage), pgadmin-org/pgadmin4 5241: the predicate of a policy was
-- corrected in the file and its name stayed. Policies were compared by name, so every run said that
-- all is up to date, while the old predicate is false on each pooled connection.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.tenants (id uuid PRIMARY KEY, name text);
CREATE TABLE app.memberships (user_id uuid, tenant_id uuid, PRIMARY KEY (user_id, tenant_id));
CREATE FUNCTION app.is_member(member uuid, of uuid) RETURNS boolean LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT EXISTS (SELECT FROM app.memberships WHERE user_id = member AND tenant_id = of); END;
ALTER TABLE app.tenants ENABLE ROW LEVEL SECURITY;
RESET ROLE;
CREATE ROLE app_user NOLOGIN;
GRANT USAGE ON SCHEMA app TO app_user;
GRANT SELECT ON app.tenants, app.memberships TO app_user;
CREATE POLICY jr_app_user_select ON app.tenants FOR SELECT TO app_user
    USING (current_setting('app.tenant_id', true) IS NULL
           AND app.is_member(nullif(current_setting('app.user_id', true), '')::uuid, id));
