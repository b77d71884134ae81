CREATE ROLE shop_clerk;
CREATE ROLE shop_manager;
CREATE ROLE shop_auditor;
CREATE ROLE shop_web LOGIN NOINHERIT;
GRANT shop_clerk, shop_manager TO shop_web;
GRANT shop_clerk TO shop_manager;
GRANT USAGE ON SCHEMA shop TO shop_clerk, shop_manager, shop_auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA shop TO shop_clerk;
GRANT INSERT, UPDATE ON shop.orders, shop.order_lines, shop.customers TO shop_clerk;
GRANT INSERT, UPDATE, DELETE ON shop.products, shop.stock, shop.coupons TO shop_manager;
GRANT SELECT ON shop.audit TO shop_auditor;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['customers', 'products', 'stock', 'orders', 'order_lines', 'payments', 'audit', 'visits']
    LOOP
        EXECUTE format('ALTER TABLE shop.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant_isolation ON shop.%I USING (tenant_id = current_setting(''app.tenant_id'', true)::uuid)', name);
    END LOOP;
END $$;
ALTER TABLE shop.tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.tenants FOR SELECT USING (id = current_setting('app.tenant_id', true)::uuid);
CREATE POLICY own_orders ON shop.orders FOR SELECT TO shop_clerk
    USING (tenant_id = current_setting('app.tenant_id', true)::uuid AND clerk = current_setting('app.user', true));
CREATE POLICY everything ON shop.audit FOR SELECT TO shop_auditor USING (true);
