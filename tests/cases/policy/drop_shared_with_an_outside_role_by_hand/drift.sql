-- What etl has of it stays with etl.
CREATE POLICY shared ON app.notes FOR SELECT TO etl, reader USING (state = 'open');
CREATE POLICY etls_own ON app.notes FOR SELECT TO etl USING (true);
