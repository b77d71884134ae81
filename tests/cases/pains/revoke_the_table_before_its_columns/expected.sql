COMMENT ON ROLE authenticated IS '[jwtroles: case]';
CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
REVOKE INSERT ON app.battery_manufacturers FROM authenticated;
GRANT INSERT (name, org_id) ON app.battery_manufacturers TO authenticated;
REVOKE UPDATE ON app.battery_manufacturers FROM authenticated;
GRANT UPDATE (name) ON app.battery_manufacturers TO authenticated;
