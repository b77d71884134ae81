GRANT lookups_editors TO :applier WITH ADMIN OPTION;
GRANT lookups_team TO :applier WITH ADMIN OPTION;
SET ROLE :applier;
GRANT lookups_team TO lookups_editors;
