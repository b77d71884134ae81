DROP POLICY jr_case_lookup_mine_select ON app.members;
CREATE POLICY jr_case_lookup_mine_select ON app.members FOR SELECT TO case_lookup_mine USING (true);
