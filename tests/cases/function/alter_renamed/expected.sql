ALTER ROLE case_query_how_many RENAME TO "case_query_Count Notes";
ALTER FUNCTION app.how_many(wanted app.state) RENAME TO "Count Notes";
ALTER POLICY jr_case_query_how_many_select ON app.notes RENAME TO "jr_case_query_Count Notes_select";
