ALTER TABLE jwtroles.claim_role ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY hide ON jwtroles.claim_role USING (position > 1);
