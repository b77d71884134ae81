REVOKE reader FROM writer GRANTED BY admins;
REVOKE reader FROM writer GRANTED BY :applier;
