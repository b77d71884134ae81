-- cyrilgdn/terraform-provider-postgresql 48 and 255: a connection and several queries for each grant,
-- nine minutes for 150 resources. djrobstep/schemainspect 70: all schemas are read where one is asked
-- for, ten minutes. (test_pains.py counts the statements of a plan: the same for twenty times the tables.)
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
CREATE SCHEMA others AUTHORIZATION app_owner;
DO $$
DECLARE tables constant int := 25;
BEGIN
    FOR n IN 1..tables LOOP
        EXECUTE format('CREATE TABLE app.t%s (id bigint PRIMARY KEY, tenant uuid NOT NULL)', n);
        EXECUTE format('CREATE TABLE others.t%s (id bigint PRIMARY KEY)', n);
        EXECUTE format('ALTER TABLE app.t%s OWNER TO app_owner', n);
    END LOOP;
END $$;
CREATE ROLE reader NOLOGIN;
DO $$
BEGIN
    GRANT USAGE ON SCHEMA app TO reader;
    GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA app TO reader;
END $$;
