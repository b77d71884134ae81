COMMENT ON ROLE authenticated IS '[jwtroles: case]';
CREATE ROLE case_jwtroles NOLOGIN;
COMMENT ON ROLE case_jwtroles IS '[jwtroles: case]';
ALTER POLICY jr_authenticated_select ON profiles.profiles USING (user_id = (SELECT jwtroles.claim_sub()) AND status <> CAST('disabled' AS profiles.profile_status));
