GRANT dante_writer, dante TO :applier WITH ADMIN OPTION;
SET ROLE :applier;
GRANT dante_writer TO dante;
