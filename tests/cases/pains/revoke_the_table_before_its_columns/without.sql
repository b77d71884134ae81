CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.battery_manufacturers (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id     uuid NOT NULL,
    name       text NOT NULL,
    created_by uuid NOT NULL DEFAULT gen_random_uuid(),
    UNIQUE (org_id, name)
);
RESET ROLE;
