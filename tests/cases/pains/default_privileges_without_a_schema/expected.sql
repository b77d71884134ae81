CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
COMMENT ON ROLE "custom-database-role" IS '[jwtroles: case]';
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner REVOKE CREATE ON SCHEMAS FROM "custom-database-role";
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner REVOKE USAGE ON SCHEMAS FROM "custom-database-role";
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner REVOKE SELECT ON TABLES FROM "custom-database-role";
GRANT SELECT ON app.orders TO "custom-database-role";
