SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.key_pad WHERE id = 921993190;
DELETE FROM jwtroles.signing_key WHERE id = 921993190;
DELETE FROM jwtroles.issuer WHERE issuer = 'https://b';
RESET ROLE;
