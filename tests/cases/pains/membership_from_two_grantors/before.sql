-- cyrilgdn/terraform-provider-postgresql 667 and 384: the platform's own superuser has granted the
-- membership as well, with ADMIN. Since 16 there are then two, one of each grantor, and a REVOKE
-- takes away only one's own. (Before 16 the second GRANT changes the first.)
CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.records (id bigint PRIMARY KEY, body text);
RESET ROLE;
CREATE ROLE rdsadmin NOLOGIN;
CREATE ROLE reader NOLOGIN;
CREATE ROLE web LOGIN NOINHERIT;
GRANT reader TO rdsadmin WITH ADMIN OPTION;
GRANT reader TO web WITH ADMIN OPTION GRANTED BY rdsadmin;
