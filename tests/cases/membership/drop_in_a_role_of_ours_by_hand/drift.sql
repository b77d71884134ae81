-- These roles have no members: they could read what the view reads, and write the mapping.
GRANT case_view_names TO etl GRANTED BY :applier;
GRANT case_jwtroles TO etl GRANTED BY :applier;
