REVOKE DELETE ON app.notes FROM PUBLIC;
REVOKE SELECT ON app.notes FROM PUBLIC;
REVOKE UPDATE ON app.notes FROM PUBLIC;
REVOKE DELETE ON app.notes FROM writer;
REVOKE SELECT ON app.notes FROM writer;
REVOKE UPDATE ON app.notes FROM writer;
GRANT UPDATE (body) ON app.notes TO writer;
