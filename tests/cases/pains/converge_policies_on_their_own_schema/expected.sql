COMMENT ON ROLE authenticated IS '[jwtroles: case]';
CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
DROP POLICY "Select own orders" ON app.orders;
DROP POLICY select_own ON app.orders;
REVOKE SELECT ON app.users FROM authenticated;
GRANT SELECT (id, tenant) ON app.users TO authenticated;
CREATE POLICY jr_authenticated_select ON app.orders FOR SELECT TO authenticated USING (org_id IN (SELECT app.auth_uid()) OR user_id IN (SELECT u.id FROM app.users AS u WHERE u.tenant = (SELECT jwtroles.claim_tenant())));
