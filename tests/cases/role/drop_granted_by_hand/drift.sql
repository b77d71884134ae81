GRANT ALL ON app.tags TO writer;
GRANT CREATE ON SCHEMA app TO writer;
CREATE POLICY everything ON app.notes TO writer USING (true);
GRANT etl TO :applier WITH ADMIN OPTION;
GRANT etl TO writer GRANTED BY :applier;
