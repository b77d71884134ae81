GRANT frontend_user TO :applier WITH ADMIN OPTION;
