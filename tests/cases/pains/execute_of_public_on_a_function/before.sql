-- supabase/pg-toolbelt 308: EXECUTE that PUBLIC has on each new function. It stands in no ACL, so the
-- revocation was lost from the diff, and a SECURITY DEFINER function stayed open to everybody.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.orders (id bigint PRIMARY KEY);
CREATE FUNCTION app.wipe(which bigint) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC DELETE FROM app.orders WHERE id = which; END;
RESET ROLE;
CREATE ROLE service NOLOGIN;
