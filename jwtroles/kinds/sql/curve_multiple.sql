-- Points whose multiples are stored, with a digest of all their rows: the aggregate takes them in the
-- order of the index that they come from.
SELECT point, encode(sha256(convert_to(string_agg(row, ''), 'UTF8')), 'hex') AS digest
FROM (
    SELECT point, concat(place, ' ', digit, ' ', x, ' ', y, ' ', z, ' ') AS row
    FROM ONLY jwtroles.curve_multiple
    ORDER BY point, place, digit
) AS ordered
GROUP BY point
ORDER BY point
