GRANT service TO :applier WITH ADMIN OPTION;
