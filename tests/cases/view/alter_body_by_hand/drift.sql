GRANT SELECT ON app.notes TO case_view_names;
CREATE OR REPLACE VIEW app.names AS SELECT id, body FROM app.notes;
