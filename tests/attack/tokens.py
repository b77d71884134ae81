"""What a token of an attack is: good, stolen, edited or forged, by the name that a row calls it."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"
ANN = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
BOB = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
CAT = "cccccccc-cccc-cccc-cccc-cccccccccccc"
SECRET = "a secret of thirty-two octets or more"
SHORT = 0.8
"""Seconds that the token of an attack lives which waits for its end."""


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8))


def _coordinate(value: int) -> str:
    return b64(value.to_bytes(32))


class Keys:
    """The keys of both issuers, and one of the attacker, each with what signs with it."""

    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.other = rsa.generate_private_key(65537, 2048)
        self.two = rsa.generate_private_key(65537, 2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.ed = ed25519.Ed25519PrivateKey.generate()

    def write(self, folder: Path) -> None:
        """Write the JWKS documents of the specification."""
        point = self.ec.public_key().public_numbers()
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        one = [
            self.jwk(self.rsa, kid="rsa"),
            {"kty": "EC", "crv": "P-256", "kid": "ec", "alg": "ES256"}
            | {"x": _coordinate(point.x), "y": _coordinate(point.y)},
            {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "alg": "EdDSA"}
            | {"x": b64(self.ed.public_key().public_bytes(*raw))},
        ]
        folder.mkdir()
        (folder / "dev.jwks.json").write_text(json.dumps({"keys": one}))
        (folder / "two.jwks.json").write_text(json.dumps({"keys": [self.jwk(self.two, kid="two")]}))

    @staticmethod
    def jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, str]:
        """Return the public half of an RSA key."""
        public = key.public_key().public_numbers()
        numbers = {"n": _number(public.n), "e": _number(public.e)}
        return {"kty": "RSA", "kid": kid, "alg": "RS256", **numbers}

    def pem(self) -> bytes:
        """Return the public RSA key as it is published: the secret of a well-known attack."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.rsa.public_key().public_bytes(serialization.Encoding.PEM, form)

    def signature(self, kid: str, message: bytes) -> bytes:
        """Sign with the key of a name."""
        if kid == "shared":
            return hmac.digest(SECRET.encode(), message, "sha256")
        if kid == "pem":
            return hmac.digest(self.pem(), message, "sha256")
        if kid == "ec":
            der = self.ec.sign(message, ec.ECDSA(hashes.SHA256()))
            return b"".join(part.to_bytes(32) for part in utils.decode_dss_signature(der))
        if kid == "ed":
            return self.ed.sign(message)
        key = {"rsa": self.rsa, "two": self.two, "other": self.other}[kid]
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())


ALGORITHM = {"shared": "HS256", "pem": "HS256", "ec": "ES256", "ed": "EdDSA"}


class Tokens:
    """Makes the tokens of the attacks; each is made when a row asks for it."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def sign(self, header: bytes | str, payload: bytes | str, signer: str = "rsa") -> str:
        """Put a good signature of a key under any two texts."""
        texts = (part.encode() if isinstance(part, str) else part for part in (header, payload))
        message = ".".join(map(b64, texts))
        return f"{message}.{b64(self.keys.signature(signer, message.encode()))}"

    def claims(self, role: str, **changed: Any) -> dict[str, Any]:
        """Return the claims of Ann of the first tenant; None takes a claim away."""
        now = int(time.time())
        good = {
            "iss": "https://one.example/",
            "aud": "shop",
            "iat": now,
            "exp": now + 600,
            "jti": f"of {role}",
            "sub": ANN,
            "tenant_id": ONE,
            "roles": [role],
            "auth_time": now,
        }
        return {name: value for name, value in {**good, **changed}.items() if value is not None}

    def token(
        self,
        role: str = "reader",
        *,
        signer: str = "rsa",
        header: Mapping[str, Any] | None = None,
        **changed: Any,
    ) -> str:
        """Return a token, good but for what is asked for."""
        kid = {"other": "rsa", "pem": "rsa"}.get(signer, signer)
        head = {"typ": "JWT", "alg": ALGORITHM.get(signer, "RS256"), "kid": kid, **(header or {})}
        return self.sign(json.dumps(head), json.dumps(self.claims(role, **changed)), signer)

    def __getitem__(self, name: str) -> str:
        """Return a new token of a name."""
        return NAMED[name](self)

    def edited(self, **changed: Any) -> str:
        """Return a good token whose payload was written anew, under the old signature."""
        header, _, signature = self.token().split(".")
        return f"{header}.{b64(json.dumps(self.claims('reader', **changed)).encode())}.{signature}"

    def raw(self, payload: str, signer: str = "rsa") -> str:
        """Return a token whose good claims are followed by a text of JSON."""
        head = json.dumps({"alg": ALGORITHM.get(signer, "RS256"), "kid": signer})
        return self.sign(head, json.dumps(self.claims("reader"))[:-1] + payload + "}", signer)

    def loose(self) -> str:
        """Return a good token whose last character has bits that stand for nothing."""
        token = self.token()
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


NAMED: dict[str, Callable[[Tokens], str]] = {
    "reader": lambda t: t.token(),
    "auditor": lambda t: t.token("auditor"),
    "clerk": lambda t: t.token("clerk"),
    "boss": lambda t: t.token("boss"),
    "trainee": lambda t: t.token("trainee"),
    "ann_trainee_of_two": lambda t: t.token("trainee", tenant_id=TWO),
    "cat_trainee": lambda t: t.token("trainee", sub=CAT),
    "nobody": lambda t: t.token("intruder"),
    "hs": lambda t: t.token(signer="shared"),
    "ec": lambda t: t.token(signer="ec"),
    "ed": lambda t: t.token(signer="ed"),
    "reader_of_two": lambda t: t.token(tenant_id=TWO),
    "cat_accountant": lambda t: t.token("auditor", sub=CAT, roles=["auditor", "accountant"]),
    "ann_of_two": lambda t: t.token("auditor", tenant_id=TWO),
    "unsigned_two": lambda t: t.token(signer="shared", tenant_id=TWO).rpartition(".")[0],
    "cat": lambda t: t.token("auditor", sub=CAT),
    "cat_of_two": lambda t: t.token("auditor", sub=CAT, tenant_id=TWO),
    "cat_reader": lambda t: t.token(sub=CAT),
    "bob": lambda t: t.token("reader", tenant_id=TWO, sub=BOB),
    "bob_auditor": lambda t: t.token("auditor", tenant_id=TWO, sub=BOB),
    "bob_clerk": lambda t: t.token("clerk", tenant_id=TWO, sub=BOB),
    "short": lambda t: t.token(exp=time.time() + SHORT),
    "short_clerk": lambda t: t.token("clerk", exp=time.time() + SHORT),
    "short_boss": lambda t: t.token("boss", auth_time=time.time() - 300 + SHORT),
    # Forged and edited.
    "other_key": lambda t: t.token(signer="other", tenant_id=TWO),
    "edited_tenant": lambda t: t.edited(tenant_id=TWO),
    "edited_role": lambda t: t.edited(roles=["boss"]),
    "none": lambda t: t.token(signer="other", tenant_id=TWO, header={"alg": "none"}),
    "hs_of_public": lambda t: t.token(signer="pem", tenant_id=TWO),
    "kid_of_two": lambda t: t.token(signer="two", tenant_id=TWO),
    "kid_sql": lambda t: t.token(
        signer="other",
        tenant_id=TWO,
        iss="https://two.example/",
        header={"kid": "x' OR '1'='1"},
    ),
    "embedded_jwk": lambda t: t.token(
        signer="other", tenant_id=TWO, header={"jwk": Keys.jwk(t.keys.other, "rsa")}
    ),
    "jku": lambda t: t.token(
        signer="other", tenant_id=TWO, header={"jku": "https://evil.example/jwks.json"}
    ),
    "two": lambda t: t.token(signer="two", iss="https://two.example/"),
    "es_zero": lambda t: (
        t.token(signer="ec", tenant_id=TWO).rpartition(".")[0] + "." + b64(bytes(64))
    ),
    # Signed by the issuer, and not to be taken.
    "crit": lambda t: t.token(header={"crit": ["exp"]}),
    "b64": lambda t: t.token(header={"b64": False}),
    "typ": lambda t: t.token(header={"typ": "logout+jwt"}),
    "twice": lambda t: t.raw(f', "tenant_id": "{TWO}"'),
    "twice_escaped": lambda t: t.raw(f', "tenant_id": "{TWO}", "x": "\\u003a"'),
    "loose": Tokens.loose,
    "spaces": lambda t: t.token() + "    ",
    "large": lambda t: t.token(pad="x" * 750_000),
    "deep": lambda t: t.raw(', "x": ' + "[" * 2500 + "]" * 2500),
    "very_deep": lambda t: t.raw(', "x": ' + "[" * 20_000 + "]" * 20_000),
    "huge": lambda t: t.raw(', "x": 1e100000'),
    "no_exp": lambda t: t.token(exp=None, iat=int(time.time())),
    "text_exp": lambda t: t.token(exp=str(int(time.time()) + 600)),
    "far_exp": lambda t: t.token(signer="two", iss="https://two.example/", exp=10**12),
    "expired": lambda t: t.token(iat=int(time.time()) - 700, exp=int(time.time()) - 100),
    "later": lambda t: t.token(nbf=int(time.time()) + 300),
    "future": lambda t: t.token(iat=int(time.time()) + 300),
    "long": lambda t: t.token(exp=int(time.time()) + 86400),
    "no_iat": lambda t: t.token(iat=None),
    "no_aud": lambda t: t.token(aud=None),
    "other_aud": lambda t: t.token(aud="another"),
    "aud_of_object": lambda t: t.token(aud={"shop": 1}),
    "aud_of_mixed": lambda t: t.token(aud=["shop", 1]),
    "other_issuer": lambda t: t.token(iss="https://three.example/"),
    "no_tenant": lambda t: t.token(tenant_id=None),
    "tenant_of_list": lambda t: t.token(tenant_id=[TWO]),
    "separator": lambda t: t.token("reader", jti=f"x\x1f{ANN}\x1f{ANN}\x1f{TWO}"),
    "naive_since": lambda t: t.token(since="2026-01-01 00:00:00"),
    "old_login": lambda t: t.token("boss", auth_time=int(time.time()) - 900),
    "text_auth_time": lambda t: t.token("boss", auth_time=str(int(time.time()))),
}
