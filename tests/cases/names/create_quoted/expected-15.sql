CREATE ROLE "Gate Keeper" LOGIN NOINHERIT;
COMMENT ON ROLE "Gate Keeper" IS '[jwtroles: case]';
CREATE ROLE "O'Brien \ ""Dr""" NOLOGIN;
COMMENT ON ROLE "O'Brien \ ""Dr""" IS '[jwtroles: case]';
CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
CREATE ROLE "case_view_Short List" NOLOGIN;
COMMENT ON ROLE "case_view_Short List" IS '[jwtroles: case]';
CREATE ROLE "select" NOLOGIN;
COMMENT ON ROLE "select" IS '[jwtroles: case]';
CREATE SCHEMA jwtroles AUTHORIZATION case_jwtroles;
SET LOCAL ROLE case_jwtroles;
COMMENT ON SCHEMA jwtroles IS '[jwtroles: case]';
CREATE TABLE jwtroles.claim_role ("position" integer NOT NULL, conditions jsonb NOT NULL, role text NOT NULL, PRIMARY KEY ("position"));
CREATE TABLE jwtroles.role_setting (role text NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (role, name));
CREATE OR REPLACE FUNCTION jwtroles.claim_sub()
RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_sub() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_sub() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.claim_tenant()
RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_tenant() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_tenant() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.claims()
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claims() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claims() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.pre_request()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.pre_request() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.pre_request() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.role_for(claims jsonb)
RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.role_for(claims jsonb) FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.role_for(claims jsonb) IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.settings_for(token_role text)
RETURNS TABLE(name text, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.settings_for(token_role text) FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.settings_for(token_role text) IS '[jwtroles: case]';
GRANT USAGE ON SCHEMA jwtroles TO "Gate Keeper";
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO "Gate Keeper";
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO "O'Brien \ ""Dr""";
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO "case_view_Short List";
GRANT EXECUTE ON FUNCTION jwtroles.claim_sub() TO "select";
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO "Gate Keeper";
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO "O'Brien \ ""Dr""";
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO "case_view_Short List";
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO "select";
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO "Gate Keeper";
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO "O'Brien \ ""Dr""";
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO "case_view_Short List";
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO "select";
GRANT EXECUTE ON FUNCTION jwtroles.pre_request() TO "Gate Keeper";
GRANT EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) TO "Gate Keeper";
GRANT EXECUTE ON FUNCTION jwtroles.settings_for(token_role text) TO "Gate Keeper";
RESET ROLE;
CREATE POLICY jr_floor ON "Lab Work"."Results" AS RESTRICTIVE TO "O'Brien \ ""Dr""", "case_view_Short List", "select" USING ("Tenant" = (SELECT jwtroles.claim_tenant()));
CREATE POLICY jr_select_select ON "Lab Work"."Results" FOR SELECT TO "select" USING (true);
CREATE POLICY jr_select_update ON "Lab Work"."Results" FOR UPDATE TO "select" USING ("Kind" = 'a' AND "a""b" <> 'x') WITH CHECK ("Kind" = 'a' AND "a""b" <> 'x');
REVOKE EXECUTE ON FUNCTION "Lab Work"."F"("X" integer) FROM PUBLIC;
ALTER TABLE "Lab Work"."Results" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "jr_case_view_Short List_select" ON "Lab Work"."Results" FOR SELECT TO "case_view_Short List" USING (true);
GRANT USAGE ON SCHEMA "Lab Work" TO "case_view_Short List";
GRANT SELECT (id, "user") ON "Lab Work"."Results" TO "case_view_Short List";
GRANT CREATE ON SCHEMA "Lab Work" TO "case_view_Short List";
SET LOCAL ROLE "case_view_Short List";
CREATE VIEW "Lab Work"."Short List" WITH (security_barrier = true) AS SELECT id AS "ID", "user" AS "Who" FROM "Lab Work"."Results";
COMMENT ON VIEW "Lab Work"."Short List" IS '[jwtroles: case]';
RESET ROLE;
REVOKE CREATE ON SCHEMA "Lab Work" FROM "case_view_Short List";
GRANT USAGE ON SCHEMA "Lab Work" TO "select";
GRANT SELECT ON "Lab Work"."v1.2" TO "select";
GRANT EXECUTE ON FUNCTION "Lab Work"."F"("X" integer) TO "select";
GRANT SELECT ("Tenant", "a""b", id, "user") ON "Lab Work"."Results" TO "select";
GRANT UPDATE ("a""b") ON "Lab Work"."Results" TO "select";
GRANT USAGE ON SEQUENCE "Lab Work"."Seq" TO "select";
GRANT SELECT ON "Lab Work"."Short List" TO "select";
GRANT "O'Brien \ ""Dr""" TO "Gate Keeper";
GRANT "select" TO "Gate Keeper";
GRANT "select" TO "O'Brien \ ""Dr""";
