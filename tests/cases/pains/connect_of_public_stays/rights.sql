GRANT monitoring TO :applier WITH ADMIN OPTION;
