CREATE ROLE app_owner NOLOGIN;
CREATE ROLE reports NOLOGIN;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE FUNCTION app.of_default() RETURNS int LANGUAGE sql RETURN 1;
CREATE FUNCTION app.of_check(int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE FUNCTION app.of_operator(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE OPERATOR app.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = app.of_operator);
CREATE FUNCTION app.of_domain(int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE FUNCTION app.of_domain_default() RETURNS int LANGUAGE sql RETURN 1;
CREATE FUNCTION app.of_index(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1;
CREATE FUNCTION app.of_part_of_index(int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE FUNCTION app.of_partition(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1;
CREATE FUNCTION app.of_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION app.of_when(int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE FUNCTION app.of_policy(int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE FUNCTION app.of_view(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1;
CREATE FUNCTION app.of_stored_view(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1;
CREATE FUNCTION app.of_rule(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1;
CREATE FUNCTION app.closed_before() RETURNS int LANGUAGE sql RETURN 1;
REVOKE EXECUTE ON FUNCTION app.closed_before() FROM PUBLIC;

CREATE DOMAIN app.positive AS int DEFAULT app.of_domain_default() CHECK (app.of_domain(value));
CREATE TABLE app.parts (at int, n app.positive) PARTITION BY RANGE (app.of_partition(at));
CREATE TABLE app.notes (
    id    int DEFAULT app.of_default() CHECK (app.of_check(id)),
    twin  int CHECK (twin OPERATOR(app.===) twin),
    quiet int DEFAULT app.closed_before()
);
CREATE INDEX by_id ON app.notes (app.of_index(id)) WHERE app.of_part_of_index(id);
CREATE TRIGGER looks BEFORE INSERT ON app.notes FOR EACH ROW
    WHEN (app.of_when(new.id)) EXECUTE FUNCTION app.of_trigger();
CREATE POLICY theirs ON app.notes TO reports USING (app.of_policy(id));
CREATE VIEW app.all_ids AS SELECT app.of_view(id) AS id FROM app.notes;
CREATE MATERIALIZED VIEW app.stored_ids AS SELECT app.of_stored_view(id) AS id FROM app.notes;
CREATE RULE copies AS ON INSERT TO app.notes DO ALSO INSERT INTO app.parts VALUES (app.of_rule(new.id));
RESET ROLE;
