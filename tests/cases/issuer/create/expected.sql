SET LOCAL ROLE case_jwtroles;
INSERT INTO jwtroles.issuer (issuer, audience, max_lifetime, clock_skew, optional) VALUES ('https://b', ARRAY['db', 'other']::text[], 900, 30, ARRAY['aud']::text[]);
RESET ROLE;
