GRANT reader, web TO :applier WITH ADMIN OPTION;
GRANT rdsadmin TO :applier;
SET ROLE :applier;
GRANT reader TO web;
