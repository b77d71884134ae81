GRANT SELECT (secret), INSERT ON app.notes TO case_view_names;
