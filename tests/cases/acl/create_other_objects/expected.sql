GRANT SELECT ON LARGE OBJECT 4242 TO reader;
GRANT USAGE ON SCHEMA app TO reader;
GRANT EXECUTE ON PROCEDURE app.close_notes(IN older_than date, INOUT closed integer) TO reader;
GRANT USAGE ON TYPE app.state TO reader;
GRANT CONNECT ON DATABASE sandbox TO reader;
