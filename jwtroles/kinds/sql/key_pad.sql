-- Which HMAC keys have their secret stored, with a digest of it.
SELECT number::integer AS id, digest FROM jwtroles.secrets_held() WHERE held = 'key_pad' ORDER BY number
