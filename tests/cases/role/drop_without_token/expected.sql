DROP POLICY jr_bi_select ON app.events;
DROP POLICY jr_bi_select ON app.notes;
REVOKE SELECT ON app.events FROM bi;
REVOKE SELECT (id, state, tenant) ON app.notes FROM bi;
REVOKE USAGE ON SCHEMA app FROM bi;
DROP ROLE bi;
