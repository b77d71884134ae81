ALTER FUNCTION app.open_notes(uuid) OWNER TO app_owner;
