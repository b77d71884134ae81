-- ALTER POLICY cannot clear an expression: the floor is replaced.
ALTER POLICY jr_floor ON app.notes WITH CHECK (true);
