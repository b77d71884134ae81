CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
COMMENT ON ROLE monitoring IS '[jwtroles: case]';
GRANT USAGE ON SCHEMA app TO monitoring;
GRANT SELECT (id) ON app.orders TO monitoring;
