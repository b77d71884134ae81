GRANT CREATE ON SCHEMA app TO case_view_names;
ALTER VIEW app.names OWNER TO case_view_names;
REVOKE CREATE ON SCHEMA app FROM case_view_names;
