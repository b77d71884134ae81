SET LOCAL ROLE case_jwtroles;
UPDATE jwtroles.issuer SET audience = ARRAY['db']::text[], max_lifetime = 900, clock_skew = 0, optional = ARRAY[]::text[] WHERE issuer = 'https://a';
RESET ROLE;
