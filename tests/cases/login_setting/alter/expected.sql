ALTER ROLE job IN DATABASE sandbox SET search_path TO app, pg_temp, "Lab Work";
ALTER ROLE job IN DATABASE sandbox SET statement_timeout TO '10s';
