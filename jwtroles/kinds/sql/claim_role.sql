-- The claim-to-role mapping, in the order in which it is tried.
SELECT position, conditions, role FROM ONLY jwtroles.claim_role ORDER BY position
