-- Issuers whose tokens are accepted.
SELECT issuer, audience, max_lifetime, clock_skew, optional FROM ONLY jwtroles.issuer ORDER BY issuer
