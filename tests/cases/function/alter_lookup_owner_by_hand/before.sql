CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.org_members (org_id bigint NOT NULL, user_id uuid NOT NULL, member_role text NOT NULL DEFAULT 'member', secret text, PRIMARY KEY (org_id, user_id));
CREATE TABLE app.projects (id bigint PRIMARY KEY, org_id bigint NOT NULL, name text NOT NULL);
RESET ROLE;
