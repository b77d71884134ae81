GRANT "svc-account@project.iam" TO :applier WITH ADMIN OPTION;
