CREATE ROLE reader;
CREATE ROLE member;
CREATE ROLE auditor;
CREATE ROLE web LOGIN NOINHERIT;
GRANT reader TO member;
GRANT member, auditor TO web;
COMMENT ON ROLE auditor IS 'reads everything: nothing else';
GRANT USAGE ON SCHEMA app TO reader, auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO auditor;
GRANT SELECT ON app.plans, app.invoices TO reader;
GRANT SELECT (id, name) ON app.customers TO reader;
GRANT INSERT (id, tenant_id, owner_id, total), UPDATE (note, total) ON app.invoices TO member;
GRANT DELETE ON app.lines TO member;
GRANT USAGE ON SEQUENCE app.invoice_number TO member;
REVOKE EXECUTE ON FUNCTION app.invoice_age FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.invoice_age TO member;
ALTER TABLE app.customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app.customers AS RESTRICTIVE USING (tenant_id = (current_setting('app.tenant', true))::uuid);
CREATE POLICY tenant ON app.invoices AS RESTRICTIVE USING (tenant_id = (current_setting('app.tenant', true))::uuid);
CREATE POLICY tenant ON app.lines AS RESTRICTIVE USING (tenant_id = (current_setting('app.tenant', true))::uuid);
CREATE POLICY everything ON app.customers FOR SELECT TO reader, auditor USING (true);
CREATE POLICY everything ON app.invoices FOR SELECT TO reader, auditor USING (true);
CREATE POLICY unpaid ON app.invoices FOR UPDATE TO member
    USING (owner_id = CURRENT_USER AND status IN ('draft', 'sent')) WITH CHECK (owner_id = CURRENT_USER);
CREATE POLICY "own lines" ON app.lines TO member
    USING (EXISTS (SELECT 1 FROM app.invoices i WHERE i.id = lines.invoice_id AND i.owner_id = CURRENT_USER));
