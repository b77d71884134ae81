ALTER POLICY jr_floor_region ON app.orders TO clerk, lead;
ALTER POLICY jr_floor_region ON app.visits TO clerk, lead;
ALTER POLICY jr_floor_region ON app.visits_2026 TO clerk, lead;
