CREATE ROLE acme_authenticator LOGIN NOINHERIT;
COMMENT ON ROLE acme_authenticator IS '[jwtroles: acme]';
CREATE ROLE acme_jwtroles NOLOGIN;
COMMENT ON ROLE acme_jwtroles IS '[jwtroles: acme]';
CREATE ROLE reader NOLOGIN;
COMMENT ON ROLE reader IS '[jwtroles: acme]';
CREATE SCHEMA jwtroles AUTHORIZATION acme_jwtroles;
SET LOCAL ROLE acme_jwtroles;
COMMENT ON SCHEMA jwtroles IS '[jwtroles: acme]';
CREATE TABLE jwtroles.claim_role ("position" integer NOT NULL, conditions jsonb NOT NULL, role text NOT NULL, PRIMARY KEY ("position"));
CREATE TABLE jwtroles.role_setting (role text NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (role, name));
CREATE OR REPLACE FUNCTION jwtroles.claim_kind()
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claim_kind() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claim_kind() IS '[jwtroles: acme]';
CREATE OR REPLACE FUNCTION jwtroles.claims()
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.claims() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.claims() IS '[jwtroles: acme]';
CREATE OR REPLACE FUNCTION jwtroles.pre_request()
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.pre_request() FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.pre_request() IS '[jwtroles: acme]';
CREATE OR REPLACE FUNCTION jwtroles.role_for(claims jsonb)
RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.role_for(claims jsonb) FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.role_for(claims jsonb) IS '[jwtroles: acme]';
CREATE OR REPLACE FUNCTION jwtroles.settings_for(token_role text)
RETURNS TABLE(name text, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $jwtroles$…$jwtroles$;
REVOKE ALL ON FUNCTION jwtroles.settings_for(token_role text) FROM PUBLIC;
COMMENT ON FUNCTION jwtroles.settings_for(token_role text) IS '[jwtroles: acme]';
GRANT USAGE ON SCHEMA jwtroles TO acme_authenticator;
GRANT EXECUTE ON FUNCTION jwtroles.claim_kind() TO acme_authenticator;
GRANT EXECUTE ON FUNCTION jwtroles.claim_kind() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO acme_authenticator;
GRANT EXECUTE ON FUNCTION jwtroles.claims() TO reader;
GRANT EXECUTE ON FUNCTION jwtroles.pre_request() TO acme_authenticator;
GRANT EXECUTE ON FUNCTION jwtroles.role_for(claims jsonb) TO acme_authenticator;
GRANT EXECUTE ON FUNCTION jwtroles.settings_for(token_role text) TO acme_authenticator;
RESET ROLE;
CREATE POLICY jr_reader_select ON app.codes FOR SELECT TO reader USING ((kind IN ('a', 'b') AND id > 3) OR kind = (SELECT jwtroles.claim_kind()));
CREATE POLICY jr_reader_select ON app.more_words FOR SELECT TO reader USING ((kind IN ('a', 'b') AND id > 3) OR kind = (SELECT jwtroles.claim_kind()));
CREATE POLICY jr_reader_select ON app.names FOR SELECT TO reader USING ((kind IN ('a', 'b') AND id > 3) OR kind = (SELECT jwtroles.claim_kind()));
CREATE POLICY jr_reader_select ON app.numbers FOR SELECT TO reader USING ((kind IN ('a', 'b') AND id > 3) OR kind = (SELECT jwtroles.claim_kind()));
CREATE POLICY jr_reader_select ON app.slugs FOR SELECT TO reader USING ((kind IN ('a', 'b') AND id > 3) OR kind = (SELECT jwtroles.claim_kind()));
CREATE POLICY jr_reader_select ON app.words FOR SELECT TO reader USING ((kind IN ('a', 'b') AND id > 3) OR kind = (SELECT jwtroles.claim_kind()));
ALTER TABLE app.codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.more_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.names ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.numbers ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.slugs ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.words ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA app TO reader;
GRANT SELECT ON app.codes TO reader;
GRANT SELECT ON app.more_words TO reader;
GRANT SELECT ON app.names TO reader;
GRANT SELECT ON app.numbers TO reader;
GRANT SELECT ON app.slugs TO reader;
GRANT SELECT ON app.words TO reader;
GRANT reader TO acme_authenticator;
SET LOCAL ROLE acme_jwtroles;
INSERT INTO jwtroles.claim_role ("position", conditions, role) VALUES (1, '[{"claim":"kind","path":["kind"],"split":null,"test":"present","value":null}]', 'reader');
RESET ROLE;
