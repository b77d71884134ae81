GRANT app_reader TO :applier WITH ADMIN OPTION;
GRANT delegate TO :applier;
