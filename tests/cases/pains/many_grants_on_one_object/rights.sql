GRANT rw_role, ro_role, svc_admin, demo, demo2 TO :applier WITH ADMIN OPTION;
