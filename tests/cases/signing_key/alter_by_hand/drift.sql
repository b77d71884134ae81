-- With the exponent 1 every text would be its own signature.
UPDATE jwtroles.signing_key SET exponent = 1;
