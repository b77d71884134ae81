SET LOCAL ROLE case_jwtroles;
DROP TABLE jwtroles.role_setting;
CREATE TABLE jwtroles.role_setting (role text NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (role, name));
RESET ROLE;
