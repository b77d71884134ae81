"""Keys of issuers: documents and secrets that are no keys to verify with (JR275 and on)."""

from __future__ import annotations

from jwtroles.codes.code import Code

NO_JWKS = Code(
    "JR275",
    "not a JWK Set",
    "`keys` is a JSON object whose member `keys` lists the keys (RFC 7517 section 5). Of a key "
    "written twice, each reader would take another one.",
)
PRIVATE_KEY = Code(
    "JR276",
    "a private key among the keys to verify with",
    "The database verifies with public keys alone. Whoever can read a private key can make tokens "
    "of any role: a repository and its history can be read by many.",
)
SECRET_IN_FILE = Code(
    "JR277",
    "a secret in a file",
    "The secret of HS256, HS384 and HS512 verifies and signs. In a file beside the specification "
    "it would be in the repository, and in its history.",
)
WEAK_KEY = Code(
    "JR278",
    "a key that is too weak",
    "RSA takes at least 2048 bits and an odd exponent of at least 3 (RFC 7518 section 3.3, RFC "
    "8017), an HMAC key as many octets as its hash (RFC 7518 section 3.2). A point of small order "
    "verifies signatures that nobody made.",
)
NO_KEY = Code(
    "JR279",
    "a key whose numbers are not those of a key",
    "Members of a key are base64url without padding, in the one shortest form (RFC 7518 section "
    "2), and a point lies on its curve: with one that does not, the mathematics proves nothing.",
)
OTHER_USE = Code(
    "JR280",
    "a key that is not for verifying signatures",
    "`use` and `key_ops` say what a key is for (RFC 7517 sections 4.2 and 4.3). An encryption key "
    "among the signing keys would let its owner sign.",
)
KEY_ALGORITHM = Code(
    "JR281",
    "a key without the one algorithm that it is for",
    "Each key verifies one algorithm, whatever the header of a token says: so no token can choose. "
    "The algorithm is the key's own `alg`, or follows from its kind and the issuer's `algorithms`.",
)
SAME_KID = Code(
    "JR282",
    "a key id that does not name one key",
    "A token names its key by `kid`. Two keys of one issuer under one name, or a secret beside "
    "public keys without names, would leave it to chance which of them verifies.",
)
UNSUPPORTED_KEY = Code(
    "JR283",
    "a kind of key that is not supported",
    "Signatures are verified with RSA (RS256, RS384, RS512), P-256 (ES256), Ed25519 (Ed25519, "
    "EdDSA) and HMAC (HS256, HS384, HS512).",
)
