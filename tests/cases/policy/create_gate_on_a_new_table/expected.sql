CREATE POLICY jr_reader_gate ON app.more AS RESTRICTIVE TO reader USING ((SELECT jwtroles.authorized('{"reader","writer"}')));
CREATE POLICY jr_writer_gate ON app.more AS RESTRICTIVE TO writer USING ((SELECT jwtroles.authorized('{"writer"}')));
ALTER TABLE app.more ENABLE ROW LEVEL SECURITY;
