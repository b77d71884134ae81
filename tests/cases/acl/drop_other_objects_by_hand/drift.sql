GRANT USAGE ON TYPE app.state TO reader;
GRANT UPDATE ON LARGE OBJECT 4242 TO reader;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE sandbox TO reader;
-- Whatever a login may do in the database, it must be able to connect.
GRANT CONNECT, CREATE ON DATABASE sandbox TO gate;
-- Others keep what they have.
GRANT USAGE ON TYPE app.state TO etl;
GRANT TEMPORARY ON DATABASE sandbox TO etl;
