CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
CREATE ROLE clerk NOLOGIN;
COMMENT ON ROLE clerk IS '[jwtroles: case]';
CREATE ROLE gate LOGIN NOINHERIT;
COMMENT ON ROLE gate IS '[jwtroles: case]';
CREATE ROLE lead NOLOGIN;
COMMENT ON ROLE lead IS '[jwtroles: case]';
CREATE ROLE support NOLOGIN;
COMMENT ON ROLE support IS '[jwtroles: case]';
CREATE SCHEMA jwtroles AUTHORIZATION case_jwtroles;
SET LOCAL ROLE case_jwtroles;
COMMENT ON SCHEMA jwtroles IS '[jwtroles: case]';
CREATE TABLE jwtroles.claim_role ("position" integer NOT NULL, conditions jsonb NOT NULL, role text NOT NULL, PRIMARY KEY ("position"));
CREATE TABLE jwtroles.role_setting (role text NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (role, name));
CREATE OR REPLACE FUNCTION jwtroles.claim_region()
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_region() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_region() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.claim_role()
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_role() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_role() IS '[jwtroles: case]';
CREATE OR REPLACE FUNCTION jwtroles.claim_tenant()
RETURNS integer
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
GRANT USAGE ON SCHEMA jwtroles TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_region() TO clerk;
GRANT EXECUTE ON FUNCTION jwtroles.claim_region() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_region() TO lead;
GRANT EXECUTE ON FUNCTION jwtroles.claim_region() TO support;
GRANT EXECUTE ON FUNCTION jwtroles.claim_role() TO clerk;
GRANT EXECUTE ON FUNCTION jwtroles.claim_role() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_role() TO lead;
GRANT EXECUTE ON FUNCTION jwtroles.claim_role() TO support;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO clerk;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO lead;
GRANT EXECUTE ON FUNCTION jwtroles.claim_tenant() TO support;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO clerk;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO lead;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO support;
GRANT EXECUTE ON FUNCTION jwtroles.pre_request() TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) TO gate;
GRANT EXECUTE ON FUNCTION jwtroles.settings_for(token_role text) TO gate;
RESET ROLE;
CREATE POLICY jr_clerk_select ON app.customers FOR SELECT TO clerk USING (true);
CREATE POLICY jr_floor_tenant ON app.customers AS RESTRICTIVE TO clerk, lead, support USING (tenant = (SELECT jwtroles.claim_tenant()));
CREATE POLICY jr_support_select ON app.customers FOR SELECT TO support USING (true);
CREATE POLICY jr_clerk_select ON app.order_lines FOR SELECT TO clerk USING (true);
CREATE POLICY jr_floor_tenant ON app.order_lines AS RESTRICTIVE TO clerk, lead, support USING (EXISTS (SELECT FROM app.orders WHERE order_lines.order_id = orders.id));
CREATE POLICY jr_support_select ON app.order_lines FOR SELECT TO support USING (true);
CREATE POLICY jr_clerk_select ON app.orders FOR SELECT TO clerk USING (true);
CREATE POLICY jr_floor_region ON app.orders AS RESTRICTIVE TO clerk, lead USING (region = (SELECT jwtroles.claim_region()));
CREATE POLICY jr_floor_tenant ON app.orders AS RESTRICTIVE TO clerk, lead, support USING (tenant = (SELECT jwtroles.claim_tenant()));
CREATE POLICY jr_support_select ON app.orders FOR SELECT TO support USING (true);
CREATE POLICY jr_clerk_select ON app.visits FOR SELECT TO clerk USING (true);
CREATE POLICY jr_floor_region ON app.visits AS RESTRICTIVE TO clerk, lead USING (region = (SELECT jwtroles.claim_region()));
CREATE POLICY jr_floor_tenant ON app.visits AS RESTRICTIVE TO clerk, lead, support USING (tenant = (SELECT jwtroles.claim_tenant()));
CREATE POLICY jr_support_select ON app.visits FOR SELECT TO support USING (true);
CREATE POLICY jr_floor_region ON app.visits_2026 AS RESTRICTIVE TO clerk, lead USING (region = (SELECT jwtroles.claim_region()));
CREATE POLICY jr_floor_tenant ON app.visits_2026 AS RESTRICTIVE TO clerk, lead, support USING (tenant = (SELECT jwtroles.claim_tenant()));
ALTER TABLE app.customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.order_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.visits ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.visits_2026 ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA app TO clerk;
GRANT USAGE ON SCHEMA app TO support;
GRANT SELECT ON app.customers TO clerk;
GRANT SELECT ON app.customers TO support;
GRANT SELECT ON app.order_lines TO clerk;
GRANT SELECT ON app.order_lines TO support;
GRANT SELECT ON app.orders TO clerk;
GRANT SELECT ON app.orders TO support;
GRANT SELECT ON app.regions TO clerk;
GRANT SELECT ON app.regions TO support;
GRANT SELECT ON app.visits TO clerk;
GRANT SELECT ON app.visits TO support;
GRANT clerk TO gate;
GRANT lead TO gate;
GRANT support TO gate;
GRANT support TO lead;
SET LOCAL ROLE case_jwtroles;
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (1, '[{"claim":"role","path":["role"],"split":null,"test":"equals","value":"support"}]', 'support');
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (2, '[{"claim":"role","path":["role"],"split":null,"test":"equals","value":"lead"}]', 'lead');
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (3, '[{"claim":"role","path":["role"],"split":null,"test":"equals","value":"clerk"}]', 'clerk');
RESET ROLE;
