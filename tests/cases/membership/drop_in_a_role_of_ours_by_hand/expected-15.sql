REVOKE case_jwtroles FROM etl;
REVOKE case_view_names FROM etl;
