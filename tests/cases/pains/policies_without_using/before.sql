-- drizzle-team/drizzle-orm 3504, 4078 and 4626: policies were pushed without USING and WITH CHECK. The
-- next push compares names and finds nothing to do.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.user_preferences (user_id uuid PRIMARY KEY, settings jsonb);
ALTER TABLE app.user_preferences ENABLE ROW LEVEL SECURITY;
RESET ROLE;
CREATE ROLE authenticated NOLOGIN;
GRANT USAGE ON SCHEMA app TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.user_preferences TO authenticated;
CREATE POLICY jr_authenticated_select ON app.user_preferences FOR SELECT TO authenticated;
CREATE POLICY jr_authenticated_insert ON app.user_preferences FOR INSERT TO authenticated;
CREATE POLICY jr_authenticated_update ON app.user_preferences FOR UPDATE TO authenticated
    USING (true);
CREATE POLICY user_preferences_access_by_user_uuid ON app.user_preferences;
