-- ALTER POLICY cannot clear an expression: the floor is replaced, and never away.
ALTER POLICY jr_floor ON app.notes WITH CHECK (true);
