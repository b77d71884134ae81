REVOKE etl FROM reader;
