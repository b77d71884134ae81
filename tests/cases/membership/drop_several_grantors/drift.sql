GRANT reader TO etl WITH ADMIN OPTION GRANTED BY :applier;
GRANT etl TO :applier;
GRANT reader TO writer GRANTED BY etl;
