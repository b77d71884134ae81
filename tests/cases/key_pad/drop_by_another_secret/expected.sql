SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.key_pad WHERE id = 921993190;
DELETE FROM jwtroles.signing_key WHERE id = 921993190;
DELETE FROM jwtroles.key_pad WHERE id = 1286714126;
COPY jwtroles.key_pad (id, inner_pad, outer_pad) FROM STDIN (FORMAT binary);
INSERT INTO jwtroles.signing_key (id, issuer, kid, alg, public, modulus, exponent, octets, inverse, places, encoded, width, not_before, not_after, retired_at) VALUES (1286714126, 'https://b', 's', 'HS256', decode('fb7d0da0d59109f8b48c3838d57a3f799bdb4af63924a81911ca699390d53d3d', 'hex'), 0, 0, 0, 0, 0, 0, 0, '-infinity', 'infinity', 'infinity');
RESET ROLE;
