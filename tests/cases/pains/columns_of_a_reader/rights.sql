GRANT mydb_reader TO :applier WITH ADMIN OPTION;
