GRANT "my-service_user" TO :applier WITH ADMIN OPTION;
