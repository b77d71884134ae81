CREATE ROLE api_owner;
CREATE SCHEMA api AUTHORIZATION api_owner;
CREATE SCHEMA private AUTHORIZATION api_owner;
SET ROLE api_owner;
CREATE TABLE private.accounts (id bigint PRIMARY KEY, owner text, org uuid, balance numeric);
CREATE TABLE private.notes (id bigint PRIMARY KEY, author text, org uuid, body text, tags text[]);
CREATE VIEW api.accounts AS SELECT id, balance FROM private.accounts;
CREATE FUNCTION api.transfer(a bigint, b bigint, amount numeric) RETURNS void LANGUAGE sql AS 'SELECT';
RESET ROLE;
