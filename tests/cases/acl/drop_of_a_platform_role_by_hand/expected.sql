DROP POLICY wide ON app.notes;
REVOKE SELECT ON app.notes FROM anon;
GRANT SELECT (body, id) ON app.notes TO anon;
REVOKE INSERT ON app.tags FROM anon;
