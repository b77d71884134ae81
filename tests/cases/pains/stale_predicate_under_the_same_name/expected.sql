COMMENT ON ROLE app_user IS '[jwtroles: case]';
CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
ALTER POLICY jr_app_user_select ON app.tenants USING ((SELECT jwtroles.claim_sub()) IS NOT NULL AND app.is_member((SELECT jwtroles.claim_sub()), id));
