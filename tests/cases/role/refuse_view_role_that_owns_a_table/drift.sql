ALTER TABLE app.notes OWNER TO case_view_names;
