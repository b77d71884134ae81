CREATE ROLE app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.a (id int, x text, y text);
CREATE TABLE app.b (id int, x text, y text);
CREATE SEQUENCE app.s;
CREATE AGGREGATE app.total(int) (sfunc = int4pl, stype = int, initcond = '0');
