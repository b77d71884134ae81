-- pgplex/pgschema 220 and 224: policies that call a function and read a table of the schema that
-- they stand in. What is written and what PostgreSQL prints back differ by the name of the schema,
-- so that the same policy is altered at each plan.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE FUNCTION app.auth_uid() RETURNS uuid LANGUAGE sql STABLE
    RETURN '00000000-0000-0000-0000-000000000001'::uuid;
CREATE TABLE app.users (id uuid PRIMARY KEY, tenant uuid NOT NULL);
CREATE TABLE app.orders (id bigint PRIMARY KEY, user_id uuid NOT NULL, org_id uuid NOT NULL);
ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;
RESET ROLE;
CREATE ROLE authenticated NOLOGIN;
GRANT USAGE ON SCHEMA app TO authenticated;
GRANT SELECT ON app.users, app.orders TO authenticated;
SET search_path = app;
CREATE POLICY "Select own orders" ON orders FOR SELECT TO authenticated
    USING (user_id IN (SELECT u.id FROM users u WHERE u.tenant = (SELECT auth_uid())));
CREATE POLICY select_own ON orders FOR SELECT USING (org_id IN (SELECT auth_uid()));
