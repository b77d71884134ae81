ALTER ROLE gate IN DATABASE sandbox RESET request.jwt.claims;
ALTER ROLE gate RESET role;
