-- jwtroles · acme → production · plan … · spec 0831d250
BEGIN;
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog;
SET LOCAL DateStyle = 'ISO, MDY';
SET LOCAL IntervalStyle = postgres;
SET LOCAL TimeZone = UTC;
SET LOCAL transform_null_equals = off;
SET LOCAL array_nulls = on;
SET LOCAL check_function_bodies = off;
-- tighten
REVOKE SELECT ON app.customers FROM member;   -- :38
-- :38, the REVOKE took these with it
GRANT SELECT (id, name, tenant_id) ON app.customers TO member;
-- loosen
-- :29 :56
ALTER POLICY jr_billing_admin_delete ON app.invoices USING (status NOT IN ('paid', 'void'));
-- :28 :29 :41
ALTER POLICY jr_member_update ON app.invoices
  USING (owner_id = (SELECT jwtroles.claim_sub()) AND status NOT IN ('paid', 'void'))
  WITH CHECK (owner_id = (SELECT jwtroles.claim_sub()) AND status NOT IN ('paid', 'void'));
GRANT UPDATE (issued_on) ON app.invoices TO member;   -- :41
COMMIT;
