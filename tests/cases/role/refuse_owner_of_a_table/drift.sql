ALTER TABLE app.notes OWNER TO reader;
