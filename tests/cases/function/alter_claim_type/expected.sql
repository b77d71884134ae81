SET LOCAL ROLE case_jwtroles;
ALTER FUNCTION jwtroles.claim_level() RENAME TO claim_level_replaced;
CREATE OR REPLACE FUNCTION jwtroles.claim_level()
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_level() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_level() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.pre_request()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $jwtroles$…$jwtroles$;
GRANT EXECUTE ON FUNCTION jwtroles.claim_level() TO case_view_names;
GRANT EXECUTE ON FUNCTION jwtroles.claim_level() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_level() TO reader;
RESET ROLE;
DROP VIEW app.names;
GRANT CREATE ON SCHEMA app TO case_view_names;
SET LOCAL ROLE case_jwtroles;
GRANT USAGE ON SCHEMA jwtroles TO case_view_names;
SET LOCAL ROLE case_view_names;
CREATE VIEW app.names WITH (security_barrier = true) AS SELECT id, tenant FROM app.notes WHERE level <= (SELECT jwtroles.claim_level());
COMMENT ON VIEW app.names IS '[jwtroles: case]';
SET LOCAL ROLE case_jwtroles;
REVOKE USAGE ON SCHEMA jwtroles FROM case_view_names;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM case_view_names;
ALTER POLICY jr_reader_select ON app.notes USING (level <= (SELECT jwtroles.claim_level()));
GRANT SELECT ON app.names TO reader;
SET LOCAL ROLE case_jwtroles;
DROP FUNCTION jwtroles.claim_level_replaced();
RESET ROLE;
