CREATE ROLE reader;
CREATE ROLE writer;
CREATE ROLE clerk;
GRANT USAGE ON SCHEMA app TO reader, writer, clerk;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO reader, clerk;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA app TO writer;
REVOKE DELETE ON app.t_007 FROM writer;
REVOKE SELECT ON app.t_100, app.t_200 FROM clerk;
GRANT SELECT (id, a) ON app.t_100, app.t_200 TO clerk;
DO $$
BEGIN
    FOR i IN 1 .. 300 LOOP
        EXECUTE format('ALTER TABLE app.t_%s ENABLE ROW LEVEL SECURITY', lpad(i::text, 3, '0'));
        CONTINUE WHEN i = 42;
        EXECUTE format('CREATE POLICY tenant_isolation ON app.t_%s AS RESTRICTIVE '
            'USING (tenant_id = current_setting(''app.tenant_id'')::int)', lpad(i::text, 3, '0'));
        EXECUTE format('CREATE POLICY everything ON app.t_%s USING (true)', lpad(i::text, 3, '0'));
    END LOOP;
END $$;
