REVOKE case_jwtroles FROM etl GRANTED BY :applier;
REVOKE case_view_names FROM etl GRANTED BY :applier;
