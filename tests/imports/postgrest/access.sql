CREATE ROLE web_anon;
CREATE ROLE web_user;
CREATE ROLE web_editor;
CREATE ROLE authenticator LOGIN NOINHERIT;
GRANT web_anon, web_user, web_editor TO authenticator;
GRANT web_user TO web_editor;
GRANT USAGE ON SCHEMA api TO web_anon, web_user, web_editor;
GRANT USAGE ON SCHEMA private TO web_user;
GRANT SELECT ON api.accounts TO web_user;
GRANT SELECT, INSERT, UPDATE ON private.notes TO web_user;
GRANT DELETE, TRUNCATE ON private.notes TO web_editor;
GRANT SELECT ON private.accounts TO web_user;
REVOKE EXECUTE ON FUNCTION api.transfer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.transfer TO web_user;
ALTER TABLE private.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE private.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON private.accounts AS RESTRICTIVE TO PUBLIC
    USING (org = (current_setting('request.jwt.claims', true)::json ->> 'org')::uuid);
CREATE POLICY org ON private.notes AS RESTRICTIVE TO PUBLIC
    USING (org = (current_setting('request.jwt.claims', true)::json ->> 'org')::uuid);
CREATE POLICY mine ON private.accounts FOR SELECT TO web_user
    USING (owner = current_setting('request.jwt.claim.sub', true));
CREATE POLICY read ON private.notes FOR SELECT TO web_user USING (true);
CREATE POLICY write ON private.notes TO web_user
    USING (author = (current_setting('request.jwt.claims', true)::jsonb #>> '{user,name}'))
    WITH CHECK (author = (current_setting('request.jwt.claims', true)::jsonb #>> '{user,name}'));
CREATE POLICY tagged ON private.notes FOR UPDATE TO web_editor
    USING (tags && string_to_array(current_setting('app.tags', true), ','));
CREATE POLICY open_if_nobody ON private.notes FOR DELETE TO web_editor
    USING (current_setting('request.jwt.claims', true) IS NULL OR author = 'x');
ALTER ROLE authenticator SET pgrst.db_schemas = 'api';
