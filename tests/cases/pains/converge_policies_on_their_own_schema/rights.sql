GRANT authenticated TO :applier WITH ADMIN OPTION;
