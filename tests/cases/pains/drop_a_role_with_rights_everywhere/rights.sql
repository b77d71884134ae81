GRANT gaas_oper TO :applier WITH ADMIN OPTION;
