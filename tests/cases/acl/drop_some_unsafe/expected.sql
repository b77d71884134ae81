REVOKE REFERENCES ON app.notes FROM sweeper;
REVOKE TRIGGER ON app.tags FROM sweeper;
