CREATE ROLE member;
CREATE ROLE other;
GRANT USAGE ON SCHEMA app TO member, other;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA app TO member;
GRANT SELECT ON app.b TO PUBLIC;
ALTER TABLE app.a ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.b ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.closed ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.forced ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.forced FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON app.a USING (true);
CREATE POLICY nobody ON app.a AS RESTRICTIVE FOR DELETE USING (false);
CREATE POLICY no_using ON app.a TO member WITH CHECK (id > 0);
CREATE POLICY nothing ON app.a FOR UPDATE TO other;
CREATE POLICY mine ON app.a TO member USING (owner_id = CURRENT_USER);
CREATE POLICY theirs ON app.a FOR SELECT TO other, boss, app_owner USING (app.is_member(id));
CREATE POLICY chosen ON app.a FOR UPDATE TO member USING (status IN ('a', 'b') OR tags && ARRAY['x', 'y'])
    WITH CHECK (status <> ALL (ARRAY['c', 'd']) AND meta ->> 'k' = 'v' AND (meta #>> '{a,b}') IS NOT NULL);
CREATE POLICY timed ON app.a FOR SELECT TO other USING (at > now() - interval '3 days' AND ok AND id BETWEEN 1 AND 9);
CREATE POLICY cased ON app.a FOR SELECT TO other
    USING (CASE WHEN ok THEN lower(owner_id) LIKE 'a%' ELSE coalesce(id, 0) = ANY (ARRAY[1, 2]) END);
CREATE POLICY asked ON app.b FOR SELECT TO member
    USING (a_id IN (SELECT a.id FROM app.a WHERE a.owner_id = CURRENT_USER)
           AND EXISTS (SELECT 1 FROM app.a x WHERE x.id = b.a_id AND x.ok));
CREATE POLICY itself ON app.b FOR UPDATE TO member USING (EXISTS (SELECT 1 FROM app.b AS o WHERE o.id = b.a_id));
CREATE POLICY thrown ON app.b FOR DELETE TO member USING (app.rolled());
CREATE POLICY whole ON app.b FOR INSERT TO member WITH CHECK (b.* IS NOT NULL);
CREATE POLICY only_owner ON app.b FOR SELECT TO app_owner USING (true);
CREATE POLICY asleep ON app.dormant TO member USING (id = 1);
CREATE POLICY bound ON app.forced TO member USING (id = 1);
CREATE POLICY nested ON app.a FOR SELECT TO other USING (ok AND (id > 1 AND (id < 5 OR (id > 7 OR NOT ok))));
CREATE POLICY standard ON app.a TO member USING (
    trim(both 'x' from owner_id) <> '' AND substring(owner_id from 1 for 2) = 'ab' AND extract(year FROM at) = 2026
    AND overlay(owner_id placing 'x' from 1) = 'y' AND position('a' in owner_id) > 0 AND trim(leading from owner_id) = 'z');
CREATE POLICY zoned ON app.a TO member USING ((at AT TIME ZONE 'UTC')::date = '2026-01-02' AND btrim(owner_id) <> '');
