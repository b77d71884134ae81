-- Whoever writes here decides what a token may become.
GRANT CREATE, USAGE ON SCHEMA jwtroles TO etl;
GRANT SELECT, INSERT ON jwtroles.claim_role TO etl;
GRANT UPDATE (role) ON jwtroles.claim_role TO etl;
