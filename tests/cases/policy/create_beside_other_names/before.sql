-- A table that is called as what stands for the token, a child that is partitioned and has two parents,
-- and what reads them through views and queries.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.claims (number bigint PRIMARY KEY, tenant bigint NOT NULL, region text NOT NULL);
CREATE TABLE app.stores (id bigint PRIMARY KEY, region text NOT NULL);
CREATE TABLE app.payments (claim bigint NOT NULL, store bigint NOT NULL, paid date NOT NULL, payee text)
    PARTITION BY RANGE (paid);
CREATE TABLE app.payments_2026 PARTITION OF app.payments FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
RESET ROLE;
