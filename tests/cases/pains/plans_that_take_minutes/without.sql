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
