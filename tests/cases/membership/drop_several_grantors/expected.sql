REVOKE reader FROM writer GRANTED BY etl;
REVOKE reader FROM writer GRANTED BY :applier;
