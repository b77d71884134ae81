GRANT "test-role" TO :applier WITH ADMIN OPTION;
