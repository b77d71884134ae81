ALTER ROLE job IN DATABASE sandbox SET search_path TO app, "Lab Work";
ALTER ROLE job IN DATABASE sandbox SET statement_timeout TO '5s';
ALTER ROLE job IN DATABASE sandbox SET timezone TO 'UTC';
