GRANT "custom-database-role" TO :applier WITH ADMIN OPTION;
