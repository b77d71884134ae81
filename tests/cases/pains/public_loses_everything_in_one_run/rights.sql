GRANT app_user TO :applier WITH ADMIN OPTION;
