-- jwtroles · acme → staging · plan … · spec 384b7e58
BEGIN;
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog;
SET LOCAL DateStyle = 'ISO, MDY';
SET LOCAL IntervalStyle = postgres;
SET LOCAL TimeZone = UTC;
SET LOCAL transform_null_equals = off;
SET LOCAL array_nulls = on;
SET LOCAL check_function_bodies = off;
-- borrow
GRANT acme_jwtroles TO deployer WITH INHERIT TRUE, SET TRUE;   -- for this transaction
-- unmap
SET LOCAL ROLE acme_jwtroles;
DELETE FROM jwtroles.claim_role WHERE "position" = 2;
-- roles
RESET ROLE;
ALTER ROLE auditor NOBYPASSRLS CONNECTION LIMIT -1;   -- :57
-- tighten
-- :22
ALTER POLICY jr_floor ON app.customers TO acme_query_invoice_total, acme_view_customer_directory, auditor, billing_admin, invoice_reader, member;
-- :28 :29 :41
ALTER POLICY jr_member_update ON app.invoices
  USING (owner_id = (SELECT jwtroles.claim_sub()) AND status <> 'paid')
  WITH CHECK (owner_id = (SELECT jwtroles.claim_sub()) AND status <> 'paid');
DROP POLICY open_all ON app.invoices;   -- not in the file
-- not in the file
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA app REVOKE SELECT ON TABLES FROM member;
REVOKE SELECT ON app.customers FROM PUBLIC;   -- not in the file
REVOKE SELECT ON app.customers FROM member;   -- :38
-- :38, the REVOKE took these with it
GRANT SELECT (id, name, tenant_id) ON app.customers TO member;
REVOKE UPDATE (notes) ON app.customers FROM member;   -- not in the file
REVOKE TRUNCATE ON app.invoices FROM auditor;   -- not in the file
REVOKE GRANT OPTION FOR UPDATE ON app.invoices FROM billing_admin;   -- :56
REVOKE UPDATE (status) ON app.invoices FROM member;   -- :41
SET LOCAL ROLE acme_jwtroles;
REVOKE SELECT ON jwtroles.claim_role FROM PUBLIC;   -- not in the file
-- row security
RESET ROLE;
ALTER TABLE app.invoice_lines ENABLE ROW LEVEL SECURITY;   -- :26
-- loosen
DROP POLICY shut ON app.customers;   -- not in the file
-- :29 :56
CREATE POLICY jr_billing_admin_delete ON app.invoices FOR DELETE TO billing_admin
  USING (status <> 'paid');
GRANT USAGE ON SCHEMA app TO member;   -- :38
GRANT SELECT ON app.plans TO auditor;   -- :59
-- map
SET LOCAL ROLE acme_jwtroles;
-- :18
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (2, '[{"claim":"roles","path":["app_metadata","roles"],"split":null,"test":"contains","value":"auditor"}]', 'auditor');
-- :20
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (4, '[{"claim":"roles","path":["app_metadata","roles"],"split":null,"test":"contains","value":"member"}]', 'member');
-- give back
RESET ROLE;
REVOKE acme_jwtroles FROM deployer;
COMMIT;
