DROP POLICY jr_writer_delete ON app.notes;
REVOKE DELETE ON app.notes FROM writer;
