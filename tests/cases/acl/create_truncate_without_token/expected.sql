CREATE ROLE night NOLOGIN;
COMMENT ON ROLE night IS '[jwtroles: case]';
CREATE POLICY jr_night_select ON app.notes FOR SELECT TO night USING (true);
GRANT USAGE ON SCHEMA app TO night;
GRANT TRUNCATE ON app.events TO night;
GRANT SELECT ON app.notes TO night;
GRANT TRUNCATE ON app.notes TO night;
GRANT TRUNCATE ON app.tags TO night;
