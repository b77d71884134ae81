GRANT reader TO writer;
