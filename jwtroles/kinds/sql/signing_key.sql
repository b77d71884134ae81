-- Keys that verify tokens. Their numbers are compared by a digest; 1/modulus alone has thousands of
-- digits.
SELECT id,
       issuer,
       kid,
       alg,
       encode(public, 'hex') AS public,
       CASE WHEN isfinite(not_before) THEN extract(epoch FROM not_before)::bigint END AS not_before,
       CASE WHEN isfinite(not_after) THEN extract(epoch FROM not_after)::bigint END AS not_after,
       encode(sha256(convert_to(
           concat_ws(' ', modulus, exponent, octets, inverse, places, encoded, width), 'UTF8')), 'hex') AS numbers,
       CASE
           WHEN octets = 0 THEN 0
           ELSE 8 * octets - 8 + length(ltrim(get_byte(public, 0)::bit(8)::text, '0'))
       END AS size,
       CASE
           WHEN retired_at = 'infinity' THEN ''
           ELSE to_char(retired_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
       END AS retired
FROM ONLY jwtroles.signing_key
ORDER BY id
