"""What a database that jwtroles manages knows of tokens: claims, issuers, mapping, keys."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.decompile.managed.rows import ACCESSOR
from jwtroles.errors import Problem, Refused
from jwtroles.frozen import frozen
from jwtroles.kinds import KINDS
from jwtroles.names import MAX_IDENTIFIER_BYTES
from jwtroles.spec import sqltree
from jwtroles.verifier.key_sources import Document
from jwtroles.verifier.keys import ED25519, Rsa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jwtroles.decompile.found import Found
    from jwtroles.kinds.function import Function
    from jwtroles.kinds.signing_key import SigningKey

_ONE = re.compile(
    r"checked := (?P<name>E?'(?:[^']|'')*');\s+wanted := (?P<type>E?'(?:[^']|'')*');(?P<rest>.*?)"
    r"(?=checked := |EXCEPTION WHEN data_exception)",
    re.DOTALL,
)
_PATH = re.compile(r"#>\)? (ARRAY\[.*?\]::pg_catalog\.text\[\])", re.DOTALL)
_SPLIT = {
    "database": re.compile(r"claim_text\(claim, 'split', (E?'(?:[^']|'')*')\)"),
    "gateway": re.compile(r"'\{\}', (E?'(?:[^']|'')*')\s+\) AS list"),
}
_FOOTER = "Nothing was written."
_REQUIRED = "the token has no claim"
_SUBJECT = re.compile(r"left\(verified\.claims #>> (ARRAY\[.*?\]::pg_catalog\.text\[\]), 63\)")
_DURATIONS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_EXPONENTS = (65537, 3, 17, 257)
"""Exponents that RSA keys have; which of them is told by a digest of the key's numbers."""


@frozen
class TokensDraft:
    """`tokens:` and `mapping:`, and the keys that stand in a file of their own.

    Attributes:
        documents: issuer → its JWKS document, public keys alone.
        unsaid: keys that no document can hold.
    """

    tokens: Mapping[str, Any]
    mapping: tuple[Mapping[str, Any], ...]
    documents: Mapping[str, Document]
    unsaid: tuple[str, ...] = ()


def duration(seconds: int) -> str:
    """Return a number of seconds as the file writes it."""
    return next(f"{seconds // size}{unit}" for size, unit in _DURATIONS if seconds % size == 0)


def tokens_of(found: Found, project: str, own: Mapping[str, Function]) -> TokensDraft:
    """Return what the file says about tokens.

    Args:
        found: the database.
        project: the project, which names the file of its keys.
        own: the functions of the schema `jwtroles`, by name.
    """
    verify = "database" if found.verifies else "gateway"
    needed = "issue_ticket" if found.verifies else "pre_request"
    if needed not in own:
        message = f"the schema jwtroles is not as jwtroles made it: {needed}() is gone"
        remedy = "plan and apply the project's own file, then import"
        raise Refused(Problem(codes.NOT_PROVED, message, remedy=remedy), footer=_FOOTER)
    said: dict[str, Any] = {"verify": verify}
    said |= _extras(own, found)
    documents: dict[str, Document] = {}
    unsaid: list[str] = []
    issuers: dict[str, Any] = {}
    for one in sorted(found.survey.objects["issuer"], key=lambda one: one.issuer):
        entry: dict[str, Any] = {"audience": tuple(sorted(one.audience))}
        keys = [key for key in found.survey.objects["signing_key"] if key.issuer == one.issuer]
        jwks = [jwk for key in keys if (jwk := _jwk(key)) is not None]
        if jwks:
            path = _path(project, len(issuers))
            entry["keys"] = path
            documents[one.issuer] = Document(path, json.dumps({"keys": jwks}, indent=1) + "\n")
        secret = [key for key in keys if key.alg.startswith("HS")]
        if secret:
            entry["algorithms"] = tuple(sorted({key.alg for key in keys}))
            entry["secrets"] = {key.kid: _variable(project, key.kid) for key in secret}
        unsaid += [f"{key.kid or 'a key'} of {one.issuer}" for key in keys if _lost(key)]
        if one.optional:
            entry["optional"] = tuple(sorted(one.optional))
        if one.max_lifetime:
            entry["max_lifetime"] = duration(one.max_lifetime)
        if one.clock_skew:
            entry["clock_skew"] = duration(one.clock_skew)
        issuers[one.issuer] = entry
    if issuers:
        said["issuers"] = issuers
    claims = dict(_claims(own, verify))
    if claims:
        said["claims"] = claims
    if wrong := (*_unread(found), *_wrong_rules(found), *_without_accessor(claims, own)):
        raise Refused(*wrong, footer=_FOOTER)
    return TokensDraft(said, tuple(_rules(found)), documents, tuple(unsaid))


def _path(project: str, number: int) -> str:
    return f"keys/{project}{f'_{number + 1}' if number else ''}.jwks.json"


def _variable(project: str, kid: str) -> str:
    name = re.sub(r"[^A-Z0-9]+", "_", f"{project}_{kid}_secret".upper())
    return f"${{{name}}}"


def _extras(own: Mapping[str, Function], found: Found) -> Iterator[tuple[str, Any]]:
    if "pre_request" in own and "the gateway has not set a role" in own["pre_request"].body:
        yield "role_set_by", "gateway"
    subject = _SUBJECT.search(own["issue_ticket"].body) if "issue_ticket" in own else None
    if subject:
        steps = _steps(subject[1])
        names = [name for name, claim in _claims(own, "database") if _pointer(name, claim) == steps]
        yield "application_name", (names or [steps[-1]])[0]
    if "login_session" in own:
        held = (
            acl
            for acl in found.survey.objects["acl"]
            if acl.object.name == own["login_session"].name
        )
        logins = {grantee for acl in held for grantee, _ in acl.rights}
        yield "login_session", tuple(sorted(logins))


def _claims(own: Mapping[str, Function], verify: str) -> Iterator[tuple[str, dict[str, Any]]]:
    body = own["issue_ticket" if verify == "database" else "pre_request"].body
    for match in _ONE.finditer(body):
        name, type_, rest = _text(match["name"]), _text(match["type"]), match["rest"]
        said: dict[str, Any] = {"type": type_}
        path = _PATH.search(rest)
        steps = _steps(path[1]) if path else (name,)
        if steps != (name,):
            said["path"] = pointer(steps)
        if _REQUIRED in rest:
            said["required"] = True
        accessor = own.get(f"claim_{name}")
        source = rest if verify == "database" or accessor is None else accessor.body
        split = _SPLIT[verify].search(source)
        if split:
            said["split"] = _text(split[1])
        yield name, said


def pointer(steps: tuple[str, ...]) -> str:
    """Return a JSON Pointer (RFC 6901)."""
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


def _pointer(name: str, claim: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(claim["path"].split("/")[1:]) if "path" in claim else (name,)


def _text(literal: str) -> str:
    value: Any = sqltree.expression(literal)
    return str(value.val.sval)


def _steps(array: str) -> tuple[str, ...]:
    tree: Any = sqltree.expression(array)
    return tuple(str(item.val.sval) for item in tree.arg.elements)


def _without_accessor(claims: Iterable[str], own: Mapping[str, Function]) -> Iterator[Problem]:
    """Yield the claims that nothing reads: what asked for them went with what read them."""
    for name in claims:
        accessor = f"{ACCESSOR}{name}"
        if accessor not in own and len(accessor.encode()) <= MAX_IDENTIFIER_BYTES:
            message = (
                f"{accessor}() is gone from the schema jwtroles, and each policy that asked it"
            )
            remedy = "plan and apply the project's own file, then import"
            yield Problem(codes.NOT_PROVED, message, remedy=remedy)


def _unread(found: Found) -> Iterator[Problem]:
    """Yield the tables of jwtroles whose rows cannot be read: the file would be without them."""
    tables = {
        one.name: {name for name, _ in one.columns if one.form == "TABLE"}
        for one in found.survey.objects["own_table"]
    }
    for kind in KINDS:
        there = tables.get(kind.store or "")
        lacking = [name for name in kind.reads if there is not None and name not in there]
        if lacking:
            message = f"the table jwtroles.{kind.store} has no column {lacking[0]}: its rows say "
            message += "nothing any more"
            remedy = "plan and apply the project's own file, then import"
            yield Problem(codes.NOT_PROVED, message, remedy=remedy)


def _wrong_rules(found: Found) -> Iterator[Problem]:
    """Yield the rows of the mapping that no file has: somebody wrote them by hand."""
    for row in found.survey.objects["claim_role"]:
        rule = f"row {row.position} of jwtroles.claim_role"
        remedy = (
            f"DELETE FROM jwtroles.claim_role WHERE position = {row.position}, and import again"
        )
        if json.loads(row.conditions) == []:
            message = f"{rule} asks nothing: every token becomes {row.role}"
            yield Problem(codes.NOT_PROVED, message, remedy=remedy)
        elif row.role not in found.roles:
            message = f"{rule} makes tokens {row.role}, which is not of the project {found.project}"
            yield Problem(codes.NOT_PROVED, message, remedy=remedy)


def _rules(found: Found) -> Iterator[dict[str, Any]]:
    rows = sorted(found.survey.objects["claim_role"], key=lambda row: row.position)
    for row in rows:
        listed = json.loads(row.conditions)
        requires = tuple(one["claim"] for one in listed if one["test"] == "required")
        tests = [_condition(one) for one in listed if one["test"] not in ("required", "absent")]
        said: dict[str, Any] = {}
        if any(one["test"] == "absent" for one in listed):
            said["absent"] = True
        elif len(tests) == 1:
            said |= tests[0]
        else:
            said["all"] = tuple(tests)
        if requires:
            said["requires"] = requires
        yield {**said, "role": row.role}


def _condition(one: Mapping[str, Any]) -> dict[str, Any]:
    test, value = one["test"], one["value"]
    if test in ("present", "missing"):
        return {"claim": one["claim"], "present": test == "present"}
    return {"claim": one["claim"], test: duration(value) if test == "younger_than" else value}


def _octets(number: bytes) -> str:
    return base64.urlsafe_b64encode(number).rstrip(b"=").decode()


def _lost(key: SigningKey) -> bool:
    return key.alg.startswith("RS") and _exponent(key) is None


def _exponent(key: SigningKey) -> int | None:
    from jwtroles.kinds.signing_key import KeyNumbers  # noqa: PLC0415 - beside its use

    modulus = int(key.public, 16)
    for exponent in _EXPONENTS:
        rsa = Rsa.of(modulus, exponent, key.alg)
        numbers = KeyNumbers(modulus, exponent, rsa.octets, rsa.inverse, rsa.places, rsa.encoded)
        if numbers.digest == key.numbers:
            return exponent
    return None


def _jwk(key: SigningKey) -> dict[str, Any] | None:
    """Return a public key as JWK (RFC 7517), or None for one that no document holds."""
    public = bytes.fromhex(key.public)
    said: dict[str, Any] = {"kid": key.kid} if key.kid else {}
    said |= {"alg": key.alg, "use": "sig"}
    if key.alg.startswith("RS"):
        exponent = _exponent(key)
        if exponent is None:
            return None
        octets = exponent.to_bytes((exponent.bit_length() + 7) // 8)
        said |= {"kty": "RSA", "n": _octets(public.lstrip(b"\0")), "e": _octets(octets)}
    elif key.alg == "ES256":
        half = len(public) // 2
        point = {"x": _octets(public[:half]), "y": _octets(public[half:])}
        said |= {"kty": "EC", "crv": "P-256", **point}
    elif key.alg in ED25519:
        said |= {"kty": "OKP", "crv": "Ed25519", "x": _octets(public)}
    else:
        return None
    for name, value in (("nbf", key.not_before), ("exp", key.not_after)):
        said |= {} if value is None else {name: value}
    return said
