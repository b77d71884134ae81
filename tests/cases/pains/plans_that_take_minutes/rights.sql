GRANT reader TO :applier WITH ADMIN OPTION;
