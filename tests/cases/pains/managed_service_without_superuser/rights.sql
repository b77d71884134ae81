GRANT report, web TO :applier WITH ADMIN OPTION;
SET ROLE :applier;
GRANT report TO web;
