ALTER POLICY jr_floor_region ON app.orders TO clerk, lead, support;
ALTER POLICY jr_floor_region ON app.visits TO clerk, lead, support;
ALTER POLICY jr_floor_region ON app.visits_2026 TO clerk, lead, support;
