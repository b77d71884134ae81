-- dalibo/ldap2pg 705: after an update of the program, CONNECT and TEMPORARY of PUBLIC on the database
-- were revoked, and services could not log in. What the file does not speak of is not touched.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.orders (id bigint PRIMARY KEY, note text);
RESET ROLE;
CREATE ROLE monitoring NOLOGIN;
DO $$
BEGIN
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
END $$;
