REVOKE INSERT ON app.notes FROM case_view_names;
REVOKE SELECT (secret) ON app.notes FROM case_view_names;
