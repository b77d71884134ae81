GRANT etl TO :applier WITH ADMIN OPTION;
GRANT etl TO reader GRANTED BY :applier;
