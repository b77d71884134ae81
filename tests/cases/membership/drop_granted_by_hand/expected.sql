REVOKE etl FROM reader GRANTED BY :applier;
