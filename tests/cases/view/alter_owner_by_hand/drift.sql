ALTER VIEW app.names OWNER TO app_owner;
