GRANT SELECT ON SEQUENCE app.numbers TO reader;
GRANT USAGE ON SEQUENCE app.numbers TO reader;
