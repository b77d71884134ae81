-- cloudnative-pg/cloudnative-pg 11448, cyrilgdn/terraform-provider-postgresql 407: since 16 a role
-- without superuser that creates a role is made a member of it with ADMIN, by the bootstrap
-- superuser. Who revokes that membership as undeclared can no longer change the role. Here first.yaml
-- is the same as spec.yaml: after it there must be nothing to do.
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.records (id bigint PRIMARY KEY, body text);
RESET ROLE;
CREATE ROLE rdsadmin NOLOGIN;
