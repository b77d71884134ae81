ALTER VIEW app.names RENAME COLUMN body TO text;
