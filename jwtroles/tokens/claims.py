"""The claims of a token that is made for development: what the file asks for, filled in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from jwtroles import codes
from jwtroles.errors import Problem, UsageError
from jwtroles.frozen import frozen
from jwtroles.spec.wording import did_you_mean, listed, tick
from jwtroles.tokens.mapping import at, conditions_of, holds, rules
from jwtroles.verifier.claims import pointer_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jwtroles.spec.model import Spec
    from jwtroles.spec.token_model import Claim, Issuer
    from jwtroles.tokens.mapping import Condition

LIFETIME = 300
"""Seconds for which a token is good where nothing else is said, if the issuer allows as much."""

_NUMBERS = ("bigint", "integer", "int", "smallint", "numeric")


@frozen
class Wanted:
    """What a token is to say.

    Attributes:
        role: the role that it is to become, if any is wanted.
        base: claims of a file.
        given: `name=value` for each further claim.
        lifetime: seconds until it expires.
    """

    role: str | None = None
    base: dict[str, Any] | None = None
    given: tuple[str, ...] = ()
    lifetime: int | None = None


def claims_of(spec: Spec, issuer: Issuer, wanted: Wanted, now: int) -> dict[str, Any]:
    """Return the payload of a token.

    Raises:
        UsageError: JR643 for claims that do not fit the file, and those that are missing.
    """
    lifetime = _lifetime(issuer, wanted.lifetime)
    ours: dict[str, Any] = {"iss": str(issuer.name), "iat": now, "exp": now + lifetime}
    if issuer.audience:
        ours["aud"] = str(issuer.audience[0])
    payload = {**ours, **json.loads(json.dumps(wanted.base or {}))}
    for word in wanted.given:
        name, sign, value = word.partition("=")
        if not sign or not name:
            _refuse("a claim without a value", "write it as --claim name=value")
        declared = next((one for one in spec.tokens.claims.values() if one.name == name), None)
        path = pointer_steps(declared.path) if declared else (name,)
        _put(payload, path, _value(name, value, declared))
    if wanted.role is not None:
        _fill(spec, payload, wanted.role, now)
    _check_required(spec, payload)
    return payload


def _lifetime(issuer: Issuer, asked: int | None) -> int:
    most = issuer.max_lifetime
    if asked is not None and most is not None and asked > most:
        message = f"a token of {issuer.name} lives at most {most} seconds"
        _refuse(message, f"--expires-in {most}s, or less; `max_lifetime` of the issuer says so")
    return min(LIFETIME, most or LIFETIME) if asked is None else asked


def _value(name: str, text: str, claim: Claim | None) -> Any:
    """Return the JSON value that a text stands for, by the declared type of the claim."""
    if claim is None:
        return int(text) if name in ("exp", "iat", "nbf") and text.isdigit() else text
    try:
        if claim.type.endswith("[]"):
            items = text.split(claim.split or ",") if not text.startswith("[") else None
            if claim.split is not None:
                return text
            kind = claim.type[:-2]
            return json.loads(text) if items is None else [_scalar(one, kind) for one in items]
        return _scalar(text, claim.type)
    except ValueError:
        _refuse(f"the claim {tick(name)} is not of type {tick(claim.type)}", "mend its value")


def _scalar(text: str, kind: str) -> Any:
    if kind == "jsonb":
        return json.loads(text)
    if kind in _NUMBERS:
        return int(text) if kind != "numeric" else json.loads(text)
    if kind == "boolean":
        return {"true": True, "false": False}[text] if text in ("true", "false") else int("x")
    return text


def _put(payload: dict[str, Any], path: Sequence[str], value: Any) -> None:
    inner = payload
    for step in path[:-1]:
        inner = inner.setdefault(step, {})
        if not isinstance(inner, dict):
            _refuse(f"{tick('/' + '/'.join(path))} is below a claim that is no object", "mend it")
    inner[path[-1]] = value


def _fill(spec: Spec, payload: dict[str, Any], role: str, now: int) -> None:
    """Add what the first rule of a role asks for and the claims do not say yet."""
    rows = [row for row in rules(spec) if row.role == role]
    if not rows:
        known = sorted({row.role for row in rules(spec)})
        label = did_you_mean(role, known)
        message = f"no rule of the mapping gives the role {tick(role)}" + (
            f": {label}" if label else ""
        )
        _refuse(message, f"roles of the mapping: {listed(known)}")
    for condition in conditions_of(rows[0]):
        if not holds(condition, payload, now):
            _satisfy(spec, payload, condition, now)


def _satisfy(spec: Spec, payload: dict[str, Any], condition: Condition, now: int) -> None:
    test, path, value = condition["test"], condition.get("path", []), condition.get("value")
    there = at(payload, path)
    claim = str(condition.get("claim", ""))
    if test == "contains":
        split = condition["split"]
        if split is None:
            _put(payload, path, [*(there or []), value])
        else:
            _put(payload, path, f"{there}{split}{value}" if there else value)
    elif test == "equals" and there is None:
        declared = next(one for one in spec.tokens.claims.values() if one.name == claim)
        _put(payload, path, _value(claim, str(value), declared))
    elif test == "younger_than" and there is None:
        _put(payload, path, now)
    elif test in ("present", "required"):
        _missing([claim])
    else:
        _refuse(
            f"the claim {tick(claim)} is not what the role's rule asks for", "leave it out, or mend"
        )


def _check_required(spec: Spec, payload: dict[str, Any]) -> None:
    declared = [one for one in spec.tokens.claims.values() if one.required and one.trusted]
    lacking = [
        str(one.name) for one in declared if at(payload, pointer_steps(one.path)) in (None, "", [])
    ]
    if lacking:
        _missing(lacking)


def _missing(names: Iterable[str]) -> NoReturn:
    names = list(names)
    said = " ".join(f"--claim {name}=…" for name in names)
    _refuse(f"the token lacks {listed(names)}", f"say what it is:  {said}")


def _refuse(message: str, remedy: str) -> NoReturn:
    raise UsageError(Problem(codes.TOKEN_CLAIMS, message, remedy=remedy), footer="No token.")
