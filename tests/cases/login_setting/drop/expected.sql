ALTER ROLE job IN DATABASE sandbox RESET search_path;
ALTER ROLE job IN DATABASE sandbox RESET statement_timeout;
