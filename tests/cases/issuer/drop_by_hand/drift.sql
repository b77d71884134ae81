-- Somebody adds an issuer of their own.
INSERT INTO jwtroles.issuer VALUES ('https://evil', '{db}', 0, 0, '{}');
