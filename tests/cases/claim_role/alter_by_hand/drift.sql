UPDATE jwtroles.claim_role SET role = 'writer' WHERE position = 1;
