ALTER ROLE job SET work_mem = '1GB';
ALTER ROLE job IN DATABASE sandbox SET statement_timeout = '5s';
ALTER ROLE job IN DATABASE sandbox SET row_security = off;
ALTER ROLE writer SET statement_timeout = 0;
