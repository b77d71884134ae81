ALTER TABLE app.notes OWNER TO gate;
