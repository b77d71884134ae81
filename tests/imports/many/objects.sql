CREATE ROLE app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
DO $$
BEGIN
    FOR i IN 1 .. 300 LOOP
        EXECUTE format('CREATE TABLE app.t_%s (id int, tenant_id int, a text, ssn text)', lpad(i::text, 3, '0'));
    END LOOP;
END $$;
