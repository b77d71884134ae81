-- How tokens are verified in SQL elsewhere, formulated anew for the bench: an HMAC through pgcrypto,
-- and signatures by the textbook, every product reduced by mod().
CREATE SCHEMA bench;
SET search_path = bench, public;

CREATE FUNCTION from_base64url(part text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT decode(plain || repeat('=', (4 - length(plain) % 4) % 4), 'base64')
  FROM (SELECT translate(part, '-_', '+/')) AS translated (plain)
$$;

CREATE FUNCTION to_base64url(octets bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT translate(encode(octets, 'base64'), E'+/=\n', '-_')
$$;

CREATE FUNCTION mac_of(signed text, secret text, algorithm text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT bench.to_base64url(public.hmac(signed, secret, CASE algorithm
    WHEN 'HS256' THEN 'sha256' WHEN 'HS384' THEN 'sha384' WHEN 'HS512' THEN 'sha512'
  END))
$$;

CREATE FUNCTION verify_hs(token text, secret text, algorithm text DEFAULT 'HS256')
RETURNS TABLE (header json, payload json, valid boolean) LANGUAGE sql IMMUTABLE AS $$
  SELECT
    convert_from(bench.from_base64url(part[1]), 'utf8')::json,
    convert_from(bench.from_base64url(part[2]), 'utf8')::json,
    part[3] = bench.mac_of(part[1] || '.' || part[2], secret, algorithm)
  FROM regexp_split_to_array(token, '\.') AS split (part)
$$;

-- Octets to a number, one after the other, from their text.
CREATE FUNCTION number_of(octets bytea) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  digits text := encode(octets, 'hex');
  number numeric := 0;
BEGIN
  FOR i IN 1 .. length(digits) / 2 LOOP
    number := number * 256 + ('x' || substr(digits, 2 * i - 1, 2))::bit(8)::integer;
  END LOOP;
  RETURN number;
END
$$;

CREATE FUNCTION power_of(base numeric, exponent numeric, modulus numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  square numeric := base;
  rest numeric := exponent;
  power numeric := 1;
BEGIN
  WHILE rest > 0 LOOP
    IF mod(rest, 2) = 1 THEN
      power := mod(power * square, modulus);
    END IF;
    square := mod(square * square, modulus);
    rest := div(rest, 2);
  END LOOP;
  RETURN power;
END
$$;

CREATE FUNCTION verify_rs256(token text, modulus numeric, exponent numeric)
RETURNS TABLE (header json, payload json, valid boolean) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  part text[] := regexp_split_to_array(token, '\.');
  signature bytea := bench.from_base64url(part[3]);
  padded bytea;
BEGIN
  header := convert_from(bench.from_base64url(part[1]), 'utf8')::json;
  payload := convert_from(bench.from_base64url(part[2]), 'utf8')::json;
  padded := decode(
    '0001' || repeat('ff', length(signature) - 54) || '003031300d060960864801650304020105000420', 'hex'
  ) || sha256(convert_to(part[1] || '.' || part[2], 'utf8'));
  valid := bench.power_of(bench.number_of(signature), exponent, modulus) = bench.number_of(padded);
  RETURN NEXT;
END
$$;

CREATE FUNCTION inverse_of(number numeric, modulus numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  a numeric := modulus;
  b numeric := mod(number, modulus);
  u numeric := 0;
  v numeric := 1;
  quotient numeric;
  kept numeric;
BEGIN
  WHILE b > 0 LOOP
    quotient := div(a, b);
    kept := a - quotient * b;
    a := b;
    b := kept;
    kept := u - quotient * v;
    u := v;
    v := kept;
  END LOOP;
  RETURN mod(u + modulus, modulus);
END
$$;

-- Points of P-256 in Jacobian coordinates, x = X/Z^2 and y = Y/Z^3; Z = 0 is the point at infinity.
CREATE FUNCTION p256_twice(point numeric[]) RETURNS numeric[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  p CONSTANT numeric := 115792089210356248762697446949407573530086143415290314195533631308867097853951;
  square numeric;
  s numeric;
  m numeric;
  x numeric;
BEGIN
  square := mod(point[2] * point[2], p);
  s := mod(4 * point[1] * square, p);
  m := mod(point[3] * point[3], p);
  m := mod(3 * (point[1] - m) * (point[1] + m), p);
  x := mod(m * m - 2 * s, p);
  RETURN ARRAY[x, mod(m * (s - x) - 8 * square * square, p), mod(2 * point[2] * point[3], p)];
END
$$;

CREATE FUNCTION p256_sum(one numeric[], other numeric[]) RETURNS numeric[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  p CONSTANT numeric := 115792089210356248762697446949407573530086143415290314195533631308867097853951;
  one_square numeric;
  other_square numeric;
  u numeric;
  s numeric;
  h numeric;
  r numeric;
  hh numeric;
  hhh numeric;
  v numeric;
  x numeric;
BEGIN
  IF one[3] = 0 THEN
    RETURN other;
  ELSIF other[3] = 0 THEN
    RETURN one;
  END IF;
  one_square := mod(one[3] * one[3], p);
  other_square := mod(other[3] * other[3], p);
  u := mod(one[1] * other_square, p);
  s := mod(mod(one[2] * other_square, p) * other[3], p);
  h := mod(other[1] * one_square - u, p);
  r := mod(mod(other[2] * one_square, p) * one[3] - s, p);
  IF h = 0 THEN
    RETURN CASE WHEN r = 0 THEN bench.p256_twice(one) ELSE ARRAY[1, 1, 0]::numeric[] END;
  END IF;
  hh := mod(h * h, p);
  hhh := mod(h * hh, p);
  v := mod(u * hh, p);
  x := mod(r * r - hhh - 2 * v, p);
  RETURN ARRAY[x, mod(r * (v - x) - s * hhh, p), mod(mod(one[3] * other[3], p) * h, p)];
END
$$;

CREATE FUNCTION p256_times(factor numeric, point numeric[]) RETURNS numeric[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  rest numeric := factor;
  power numeric[] := point;
  total numeric[] := ARRAY[1, 1, 0];
BEGIN
  WHILE rest > 0 LOOP
    IF mod(rest, 2) = 1 THEN
      total := bench.p256_sum(total, power);
    END IF;
    power := bench.p256_twice(power);
    rest := div(rest, 2);
  END LOOP;
  RETURN total;
END
$$;

CREATE FUNCTION verify_es256(token text, key_x numeric, key_y numeric)
RETURNS TABLE (header json, payload json, valid boolean) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  p CONSTANT numeric := 115792089210356248762697446949407573530086143415290314195533631308867097853951;
  n CONSTANT numeric := 115792089210356248762697446949407573529996955224135760342422259061068512044369;
  base CONSTANT numeric[] := ARRAY[
    48439561293906451759052585252797914202762949526041747995844080717082404635286,
    36134250956749795798585127919587881956611106672985015071877198253568414405109,
    1
  ];
  part text[] := regexp_split_to_array(token, '\.');
  signature bytea := bench.from_base64url(part[3]);
  r numeric := bench.number_of(substr(signature, 1, 32));
  s numeric := bench.number_of(substr(signature, 33));
  w numeric;
  point numeric[];
  z numeric;
BEGIN
  header := convert_from(bench.from_base64url(part[1]), 'utf8')::json;
  payload := convert_from(bench.from_base64url(part[2]), 'utf8')::json;
  valid := length(signature) = 64 AND r BETWEEN 1 AND n - 1 AND s BETWEEN 1 AND n - 1;
  IF valid THEN
    w := bench.inverse_of(s, n);
    z := bench.number_of(sha256(convert_to(part[1] || '.' || part[2], 'utf8')));
    point := bench.p256_sum(
      bench.p256_times(mod(z * w, n), base), bench.p256_times(mod(r * w, n), ARRAY[key_x, key_y, 1])
    );
    z := bench.inverse_of(mod(point[3] + p, p), p);
    valid := point[3] <> 0 AND mod(mod(mod(point[1] * mod(z * z, p), p) + p, p), n) = r;
  END IF;
  RETURN NEXT;
END
$$;

-- Points of edwards25519 in extended coordinates (RFC 8032 section 5.1.4).
CREATE FUNCTION ed25519_sum(one numeric[], other numeric[]) RETURNS numeric[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  p CONSTANT numeric := 57896044618658097711785492504343953926634992332820282019728792003956564819949;
  d CONSTANT numeric := 37095705934669439343138083508754565189542113879843219016388785533085940283555;
  a numeric;
  b numeric;
  c numeric;
  z numeric;
  e numeric;
  f numeric;
  g numeric;
  h numeric;
BEGIN
  a := mod((one[2] - one[1]) * (other[2] - other[1]), p);
  b := mod((one[2] + one[1]) * (other[2] + other[1]), p);
  c := mod(mod(2 * d * one[4], p) * other[4], p);
  z := mod(2 * one[3] * other[3], p);
  e := b - a;
  f := z - c;
  g := z + c;
  h := b + a;
  RETURN ARRAY[mod(e * f, p), mod(g * h, p), mod(f * g, p), mod(e * h, p)];
END
$$;

CREATE FUNCTION ed25519_times(factor numeric, point numeric[]) RETURNS numeric[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  rest numeric := factor;
  power numeric[] := point;
  total numeric[] := ARRAY[0, 1, 1, 0];
BEGIN
  WHILE rest > 0 LOOP
    IF mod(rest, 2) = 1 THEN
      total := bench.ed25519_sum(total, power);
    END IF;
    power := bench.ed25519_sum(power, power);
    rest := div(rest, 2);
  END LOOP;
  RETURN total;
END
$$;

CREATE FUNCTION reversed(octets bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(substr(octets, i, 1), '' ORDER BY i DESC)
  FROM generate_series(1, length(octets)) AS g (i)
$$;

-- The point of the key is given, its sign changed, as a key of its own would be kept.
CREATE FUNCTION verify_eddsa(token text, key bytea, opposite_x numeric, y numeric)
RETURNS TABLE (header json, payload json, valid boolean) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  p CONSTANT numeric := 57896044618658097711785492504343953926634992332820282019728792003956564819949;
  l CONSTANT numeric := 7237005577332262213973186563042994240857116359379907606001950938285454250989;
  base CONSTANT numeric[] := ARRAY[
    15112221349535400772501151409588531511454012693041857206046113283949847762202,
    46316835694926478169428394003475163141307993866256225615783033603165251855960,
    1,
    46827403850823179245072216630277197565144205554125654976674165829533817101731
  ];
  part text[] := regexp_split_to_array(token, '\.');
  signature bytea := bench.from_base64url(part[3]);
  s numeric := bench.number_of(bench.reversed(substr(signature, 33)));
  k numeric;
  point numeric[];
  z numeric;
BEGIN
  header := convert_from(bench.from_base64url(part[1]), 'utf8')::json;
  payload := convert_from(bench.from_base64url(part[2]), 'utf8')::json;
  valid := length(signature) = 64 AND s < l;
  IF valid THEN
    k := mod(bench.number_of(bench.reversed(sha512(
      substr(signature, 1, 32) || key || convert_to(part[1] || '.' || part[2], 'utf8')
    ))), l);
    point := bench.ed25519_sum(
      bench.ed25519_times(s, base),
      bench.ed25519_times(k, ARRAY[opposite_x, y, 1, mod(opposite_x * y, p)])
    );
    z := bench.inverse_of(mod(point[3] + p, p), p);
    valid := mod(mod(point[2] * z, p) + p, p)
      + mod(mod(mod(point[1] * z, p) + p, p), 2) * 57896044618658097711785492504343953926634992332820282019728792003956564819968
      = bench.number_of(bench.reversed(substr(signature, 1, 32)));
  END IF;
  RETURN NEXT;
END
$$;
