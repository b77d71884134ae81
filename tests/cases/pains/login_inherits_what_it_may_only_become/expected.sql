REVOKE INHERIT OPTION FOR dante_writer FROM dante GRANTED BY :applier;
CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
ALTER ROLE dante NOINHERIT;
COMMENT ON ROLE dante_writer IS '[jwtroles: case]';
