CREATE ROLE bi LOGIN CONNECTION LIMIT 5;
COMMENT ON ROLE bi IS '[jwtroles: case]';
CREATE ROLE bi_reader NOLOGIN;
COMMENT ON ROLE bi_reader IS '[jwtroles: case]';
CREATE POLICY jr_bi_select ON app.events FOR SELECT TO bi USING (what IS NOT NULL);
CREATE POLICY jr_bi_select ON app.notes FOR SELECT TO bi USING (true);
GRANT USAGE ON SCHEMA app TO bi;
GRANT SELECT ON app.events TO bi;
GRANT SELECT (id, state, tenant) ON app.notes TO bi;
