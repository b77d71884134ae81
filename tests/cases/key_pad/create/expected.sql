SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.key_pad WHERE id = 921993190;
COPY jwtroles.key_pad (id, inner_pad, outer_pad) FROM STDIN (FORMAT binary);
INSERT INTO jwtroles.signing_key (id, issuer, kid, alg, public, modulus, exponent, octets, inverse, places, encoded, width, not_before, not_after, retired_at) VALUES (921993190, 'https://b', 's', 'HS256', decode('7565aebad6d51d63d6915a44a832f155762bc74df15a649f551956b128feb85e', 'hex'), 0, 0, 0, 0, 0, 0, 0, '-infinity', 'infinity', 'infinity');
INSERT INTO jwtroles.issuer (issuer, audience, max_lifetime, clock_skew, optional) VALUES ('https://b', ARRAY['db']::text[], 0, 0, ARRAY[]::text[]);
RESET ROLE;
