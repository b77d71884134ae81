CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.tenants (id uuid PRIMARY KEY, name text);
CREATE TABLE app.memberships (user_id uuid, tenant_id uuid, PRIMARY KEY (user_id, tenant_id));
CREATE FUNCTION app.is_member(member uuid, of uuid) RETURNS boolean LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT EXISTS (SELECT FROM app.memberships WHERE user_id = member AND tenant_id = of); END;
ALTER TABLE app.tenants ENABLE ROW LEVEL SECURITY;
RESET ROLE;
