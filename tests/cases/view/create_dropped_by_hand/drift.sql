DROP VIEW app.names;
