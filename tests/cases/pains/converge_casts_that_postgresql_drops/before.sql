-- sqldef/sqldef 1271: a policy with a cast that PostgreSQL does not keep, without FOR and TO, on a
-- table outside the default schema. It was dropped and created at every apply.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.accounts (id bigint PRIMARY KEY, tenant_id uuid NOT NULL);
ALTER TABLE app.accounts ENABLE ROW LEVEL SECURITY;
RESET ROLE;
CREATE ROLE teller NOLOGIN;
CREATE POLICY p_accounts ON app.accounts
    USING (tenant_id::text = current_setting('app.tenant_id', true)::text)
    WITH CHECK (tenant_id::text = current_setting('app.tenant_id', true)::text);
