-- A warehouse as its pipelines left it: 12 schemas of 25 tables each. What a table is about decides which
-- columns it has: customers and visits are about people, and what happens in a region has that column.
CREATE ROLE warehouse_owner NOLOGIN;

DO $$
DECLARE
    area    text;
    subject text;
    shape   text;
    columns text;
BEGIN
    FOREACH area IN ARRAY ARRAY[
        'core', 'stage_crm', 'stage_erp', 'stage_web', 'mart_finance', 'mart_hr', 'mart_logistics',
        'mart_marketing', 'mart_product', 'mart_risk', 'mart_sales', 'mart_support'
    ] LOOP
        EXECUTE format('CREATE SCHEMA %I AUTHORIZATION warehouse_owner', area);
        FOREACH subject IN ARRAY ARRAY['customers', 'orders', 'visits', 'products', 'rates'] LOOP
            columns := CASE subject
                WHEN 'customers' THEN 'region text NOT NULL, name text, email text, ssn text, segment text'
                WHEN 'orders' THEN 'region text NOT NULL, customer_id bigint, amount numeric(12, 2)'
                WHEN 'visits' THEN 'region text NOT NULL, page text, ip_address inet, minutes int'
                WHEN 'products' THEN 'name text, price numeric(12, 2)'
                WHEN 'rates' THEN 'currency text, rate numeric'
            END;
            FOREACH shape IN ARRAY ARRAY['', '_daily', '_monthly', '_current', '_history'] LOOP
                EXECUTE format(
                    'CREATE TABLE %I.%I (id bigint PRIMARY KEY, loaded_on date NOT NULL '
                    'DEFAULT current_date, %s)', area, subject || shape, columns
                );
                EXECUTE format(
                    'ALTER TABLE %I.%I OWNER TO warehouse_owner', area, subject || shape
                );
            END LOOP;
        END LOOP;
    END LOOP;
END $$;
