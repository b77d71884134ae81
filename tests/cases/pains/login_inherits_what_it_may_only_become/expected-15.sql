CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
ALTER ROLE dante NOINHERIT;
COMMENT ON ROLE dante_writer IS '[jwtroles: case]';
