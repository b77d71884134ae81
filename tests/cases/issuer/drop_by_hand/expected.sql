SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.issuer WHERE issuer = 'https://evil';
RESET ROLE;
