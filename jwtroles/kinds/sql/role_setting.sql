-- Settings that a token role is given for the transaction.
SELECT role, name, value FROM ONLY jwtroles.role_setting ORDER BY role, name
