SET LOCAL ROLE case_jwtroles;
INSERT INTO jwtroles.curve_multiple (point, place, digit, x, y, z) SELECT -2, m.* FROM jwtroles.multiples_ed25519(15112221349535400772501151409588531511454012693041857206046113283949847762202, 46316835694926478169428394003475163141307993866256225615783033603165251855960, 3) AS m;
INSERT INTO jwtroles.curve_multiple (point, place, digit, x, y, z) SELECT 668056424, m.* FROM jwtroles.multiples_ed25519(19080398151999984517402185744604438844327311190893822788107495043224339855903, 11903303657706407974989296177215005343713679411332034699907763981919547054807, 2) AS m;
INSERT INTO jwtroles.signing_key (id, issuer, kid, alg, public, modulus, exponent, octets, inverse, places, encoded, width, not_before, not_after, retired_at) VALUES (668056424, 'https://a', 'okp', 'EdDSA', decode('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex'), 0, 0, 0, 0, 0, 0, 2, '-infinity', 'infinity', 'infinity');
RESET ROLE;
