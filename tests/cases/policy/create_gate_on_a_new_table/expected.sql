CREATE POLICY jr_reader_gate ON app.more AS RESTRICTIVE TO reader USING ((SELECT jwtroles.authorized(CAST('{"reader","writer"}' AS text[]))));
CREATE POLICY jr_writer_gate ON app.more AS RESTRICTIVE TO writer USING ((SELECT jwtroles.authorized(CAST('{"writer"}' AS text[]))));
ALTER TABLE app.more ENABLE ROW LEVEL SECURITY;
