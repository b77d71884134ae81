ALTER ROLE gate SET role = 'writer';
ALTER ROLE gate IN DATABASE sandbox SET "request.jwt.claims" = '{"roles": ["writer"]}';
ALTER ROLE gate SET statement_timeout = '8s';
