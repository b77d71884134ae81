CREATE POLICY nothing ON app.notes AS RESTRICTIVE TO reader USING (false);
