GRANT teller TO :applier WITH ADMIN OPTION;
