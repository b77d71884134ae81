ALTER POLICY jr_floor ON app.notes RENAME TO floor;
