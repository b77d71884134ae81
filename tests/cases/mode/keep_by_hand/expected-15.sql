REVOKE old FROM gate;
DROP POLICY other ON app.notes;
REVOKE DELETE ON app.tags FROM reader;
GRANT EXECUTE ON FUNCTION app.age(since date) TO reader;
GRANT SELECT ON app.tags TO reader;
