CREATE OR REPLACE VIEW app.names AS SELECT id, body FROM app.notes;
ALTER VIEW app.names OWNER TO app_owner;
