ALTER ROLE job IN DATABASE sandbox RESET row_security;
ALTER ROLE job RESET work_mem;
ALTER ROLE writer RESET statement_timeout;
