CREATE TABLE app.more (id integer); ALTER TABLE app.more OWNER TO app_owner;
