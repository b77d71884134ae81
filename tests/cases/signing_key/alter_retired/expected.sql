SET LOCAL ROLE case_jwtroles;
UPDATE jwtroles.signing_key SET not_before = '-infinity', not_after = to_timestamp(4102444800) WHERE id = 1780343919;
RESET ROLE;
