CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.user_preferences (user_id uuid PRIMARY KEY, settings jsonb);
ALTER TABLE app.user_preferences ENABLE ROW LEVEL SECURITY;
RESET ROLE;
