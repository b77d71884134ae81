GRANT ALL ON "Lab Work"."Results" TO "O'Brien \ ""Dr""";
GRANT SELECT ("Kind", "a""b") ON "Lab Work"."Results" TO PUBLIC;
CREATE POLICY "every thing" ON "Lab Work"."Results" TO "O'Brien \ ""Dr""" USING (true);
ALTER POLICY jr_select_update ON "Lab Work"."Results" TO PUBLIC;
