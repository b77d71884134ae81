-- Who plans is not the owner, and reads no row any more.
ALTER TABLE jwtroles.claim_role ENABLE ROW LEVEL SECURITY;
