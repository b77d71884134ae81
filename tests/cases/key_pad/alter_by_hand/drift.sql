-- Somebody puts in the secret of their own.
UPDATE jwtroles.key_pad SET inner_pad = sha512('mine');
