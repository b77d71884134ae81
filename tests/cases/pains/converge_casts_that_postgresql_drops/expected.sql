CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
COMMENT ON ROLE teller IS '[jwtroles: case]';
DROP POLICY p_accounts ON app.accounts;
CREATE POLICY jr_teller_select ON app.accounts FOR SELECT TO teller USING (CAST(tenant_id AS text) = CAST(CAST((SELECT jwtroles.claim_tenant()) AS text) AS text));
CREATE POLICY jr_teller_update ON app.accounts FOR UPDATE TO teller USING (CAST(tenant_id AS text) = CAST(CAST((SELECT jwtroles.claim_tenant()) AS text) AS text)) WITH CHECK (CAST(tenant_id AS text) = CAST(CAST((SELECT jwtroles.claim_tenant()) AS text) AS text));
GRANT USAGE ON SCHEMA app TO teller;
GRANT SELECT ON app.accounts TO teller;
GRANT UPDATE (tenant_id) ON app.accounts TO teller;
