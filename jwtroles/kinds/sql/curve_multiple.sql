-- Points whose multiples are stored, with a digest of all their rows.
SELECT point,
       encode(sha256(convert_to(string_agg(
           concat(place, ' ', digit, ' ', x, ' ', y, ' ', z, ' '), '' ORDER BY place, digit), 'UTF8')), 'hex') AS digest
FROM ONLY jwtroles.curve_multiple
GROUP BY point
ORDER BY point
