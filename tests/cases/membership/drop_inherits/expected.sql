REVOKE reader FROM writer GRANTED BY :applier;
