COMMENT ON ROLE authenticated IS '[jwtroles: case]';
CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
ALTER POLICY jr_authenticated_select ON app.items USING (owner_id = (SELECT auth.uid()));
