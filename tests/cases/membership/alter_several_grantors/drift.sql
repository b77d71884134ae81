-- Since 16 the same membership may be granted by several; before, the second grant changes the first.
GRANT reader TO etl WITH ADMIN OPTION GRANTED BY :applier;
GRANT etl TO :applier;
GRANT reader TO writer WITH ADMIN OPTION GRANTED BY etl;
