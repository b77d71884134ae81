CREATE ROLE app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.plans (id text PRIMARY KEY, price numeric);
CREATE TABLE app.customers (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, name text, email text);
CREATE TABLE app.invoices (
    id bigint PRIMARY KEY, tenant_id uuid NOT NULL, owner_id text, status varchar(20), total numeric, note text
);
CREATE TABLE app.lines (invoice_id bigint, line int, tenant_id uuid NOT NULL, amount numeric);
CREATE SEQUENCE app.invoice_number;
CREATE FUNCTION app.invoice_age(issued date) RETURNS int LANGUAGE sql STABLE RETURN current_date - issued;
