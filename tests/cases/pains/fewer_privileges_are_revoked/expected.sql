CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
COMMENT ON ROLE "my-service_user" IS '[jwtroles: case]';
REVOKE INSERT ON app.orders FROM "my-service_user";
