-- What etl has of it is etl's own affair.
CREATE POLICY shared ON app.notes FOR SELECT TO etl, reader USING (state = 'open');
CREATE POLICY etls_own ON app.notes FOR SELECT TO etl USING (true);
