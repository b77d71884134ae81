"""What would come of a token: each check with its reason, and the rule that decides."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jwtroles.frozen import frozen
from jwtroles.spec.wording import listed, tick
from jwtroles.tokens.mapping import Tried, at, role_of, scalar_text, tried
from jwtroles.tokens.parts import parts_of
from jwtroles.tokens.signing import chosen, verifies
from jwtroles.verifier.claims import pointer_steps, trusted
from jwtroles.verifier.jws import LAST_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.spec.model import Spec
    from jwtroles.spec.token_model import Claim, Issuer
    from jwtroles.tokens.parts import Parts
    from jwtroles.verifier.keys import Key


@frozen
class Check:
    """One thing that must hold.

    Attributes:
        holds: None where it could not be judged.
    """

    name: str
    holds: bool | None
    said: str


@frozen
class Inspection:
    """A token, judged by the file.

    Attributes:
        trials: the rules of the mapping that were tried, in order.
        role: the role that the claims map to; None: none.
    """

    parts: Parts
    checks: tuple[Check, ...]
    trials: tuple[Tried, ...]
    role: str | None

    @property
    def good(self) -> bool:
        """Whether the token would be accepted, as far as the file can tell."""
        return self.role is not None and all(check.holds for check in self.checks)


def inspect(spec: Spec, token: str, keys: Iterable[Key], now: float) -> Inspection:
    """Judge a token.

    Raises:
        UsageError: JR641 for what is none.
    """
    parts = parts_of(token)
    trials = tried(spec, parts.claims, now)
    checks = tuple(_checks(spec, parts, token, tuple(keys), now))
    return Inspection(parts, checks, trials, role_of(trials))


def _checks(
    spec: Spec, parts: Parts, token: str, keys: tuple[Key, ...], now: float
) -> Iterator[Check]:
    name = parts.claims.get("iss")
    issuer = next((one for one in spec.tokens.issuers.values() if one.name == name), None)
    yield Check("issuer", issuer is not None, str(name) if issuer else "not one of the file")
    if "crit" in parts.header:
        yield Check("header", holds=False, said="it has `crit`, which is always refused")
    if str(parts.header.get("typ", "JWT")).lower() not in ("jwt", "at+jwt"):
        yield Check("header", holds=False, said="`typ` is neither JWT nor at+jwt")
    if issuer is None:
        yield Check("signature", None, "without an issuer there is no key")
        return
    yield from _signature(parts, token, str(name), keys, now)
    yield from _times(parts.claims, issuer, now)
    yield _audience(parts.claims, issuer)
    declared = [one for one in spec.tokens.claims.values() if one.required and one.trusted]
    lacking = [
        str(one.name)
        for one in declared
        if at(parts.claims, pointer_steps(one.path)) in (None, "", [])
    ]
    if declared:
        said = (
            f"without {listed(lacking)}" if lacking else listed(str(one.name) for one in declared)
        )
        yield Check("required", not lacking, said)
    for name in ("jti", "sub"):
        if not isinstance(parts.claims.get(name, ""), str):
            yield Check(name, holds=False, said="not a text")
    unfit = [str(one.name) for one in trusted(spec.tokens) if not _fits(one, parts.claims)]
    if unfit:
        yield Check("types", holds=False, said=f"{listed(unfit)} cannot be what the file says")


_FORMS = {
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\Z"),
    "boolean": re.compile(r"(true|false|t|f|yes|no|y|n|on|off|1|0)\Z", re.IGNORECASE),
    "numeric": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z"),
} | {name: re.compile(r"[+-]?\d+\Z") for name in ("bigint", "integer", "int", "smallint")}
"""What a scalar of a type looks like; of other types the database alone can tell."""


def _fits(claim: Claim, claims: dict[str, Any]) -> bool:
    """Tell whether a claim can be cast to its type, as far as its form shows."""
    value = at(claims, pointer_steps(claim.path))
    if value in (None, "", []) or claim.type == "jsonb":
        return True
    if claim.type.endswith("[]"):
        if claim.split is not None:
            items = value.split(claim.split) if isinstance(value, str) else [None]
        else:
            items = value if isinstance(value, list) else [None]
        return all(item == "" or _looks(item, claim.type[:-2]) for item in items)
    return _looks(value, claim.type)


def _looks(value: Any, kind: str) -> bool:
    text = scalar_text(value)
    form = _FORMS.get(kind)
    return text is not None and (form is None or form.match(text.strip()) is not None)


def _signature(
    parts: Parts, token: str, issuer: str, keys: tuple[Key, ...], now: float
) -> Iterator[Check]:
    key = chosen(parts.header, issuer, keys)
    if isinstance(key, str):
        yield Check("key", holds=False, said=key)
        yield Check("signature", None, "no key to check it with")
        return
    early = key.not_before is not None and now < key.not_before
    late = key.not_after is not None and now >= key.not_after
    when = ", not good yet" if early else ", not good any more" if late else ""
    kid = f"{key.kid}, " if key.kid else ""
    yield Check("key", not when, f"{kid}{key.alg}, of {key.source}{when}")
    valid = verifies(key, token)
    yield Check("signature", valid, "valid" if valid else "not that of the key")


def _times(claims: dict[str, Any], issuer: Issuer, now: float) -> Iterator[Check]:
    skew, lifetime = issuer.clock_skew, issuer.max_lifetime
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    for name, value in times.items():
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            yield Check(name, holds=False, said="not a number of seconds")
            return
        if not 0 <= value <= LAST_SECOND:
            yield Check(name, holds=False, said="out of range")
            return
    seconds = {name: float(value) for name, value in times.items()}
    ends, starts, issued = (seconds.get(name) for name in ("exp", "nbf", "iat"))
    if ends is None and "exp" in issuer.optional and lifetime is not None and issued is not None:
        ends = issued + lifetime
    if ends is not None:
        yield Check("exp", now < ends + skew, _apart(int(ends - now)))
    elif "exp" not in issuer.optional:
        yield Check("exp", holds=False, said="missing")
    for name, value in (("nbf", starts), ("iat", issued)):
        if value is not None:
            yield Check(name, value - skew <= now, _apart(int(value - now)))
    if lifetime is not None and issued is None:
        yield Check("iat", holds=False, said="missing, and `max_lifetime` counts from it")
    elif lifetime is not None and ends is not None and issued is not None:
        lives = ends - issued
        said = f"{lives:g} s, of at most {lifetime} s"
        yield Check("lifetime", lives <= lifetime, said)


def _apart(seconds: int) -> str:
    amount = abs(seconds)
    said = f"{amount // 60} min {amount % 60} s" if amount >= 60 else f"{amount} s"
    return f"in {said}" if seconds > 0 else f"{said} ago"


def _audience(claims: dict[str, Any], issuer: Issuer) -> Check:
    if "aud" not in claims:
        return Check("audience", "aud" in issuer.optional, "missing")
    found = claims["aud"]
    offered = found if isinstance(found, list) else [found]
    if not all(isinstance(one, str) for one in offered):
        return Check("audience", holds=False, said="neither a text nor a list of texts")
    ours = [one for one in issuer.audience if one in offered]
    wanted = listed(map(str, issuer.audience))
    return Check("audience", bool(ours), tick(ours[0]) if ours else f"not {wanted}")
