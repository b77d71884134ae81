"""The list of keys as JSON, of one database and of many; it knows no secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jwtroles import __version__
from jwtroles.codec import DRAFT
from jwtroles.frozen import frozen
from jwtroles.keyring import KeyState
from jwtroles.passwords import covered
from jwtroles.report.contract.build import failure
from jwtroles.report.contract.model import CODEC, Failure, Fault

if TYPE_CHECKING:
    from jwtroles.targets.model import Fleet
    from jwtroles.targets.operating import Looked

FORMAT = 1
"""The version of the contract."""


@frozen
class Keys:
    """The keys of the file beside those of one database."""

    format: int
    jwtroles: str
    keys: tuple[KeyState, ...]


@frozen
class KeysOfTarget:
    """The keys of the file beside those of one of many; without them `errors` says why."""

    name: str
    address: str
    keys: tuple[KeyState, ...]
    errors: tuple[Fault, ...]


@frozen
class ManyKeys:
    """The keys of many databases; `shard` is which part of how many, null for all."""

    format: int
    jwtroles: str
    project: str
    environment: str
    shard: str | None
    exit_code: int
    targets: tuple[KeysOfTarget, ...]


def render_keys(states: tuple[KeyState, ...]) -> str:
    """Return the keys of one database as JSON, without a final line end."""
    return json.dumps(CODEC.encode(Keys(FORMAT, __version__, states), Keys), indent=2)


def render_many_keys(fleet: Fleet, found: tuple[Looked, ...]) -> str:
    """Return the keys of each database as JSON, without a final line end."""
    whole = ManyKeys(
        FORMAT,
        __version__,
        fleet.project,
        fleet.environment,
        fleet.shard or None,
        int(fleet.worst),
        tuple(map(_target, found)),
    )
    return json.dumps(CODEC.encode(whole, ManyKeys), indent=2)


def _target(one: Looked) -> KeysOfTarget:
    errors = failure(one.error, one.error.exit_code).errors if one.error else ()
    name, address = covered(one.target.name), covered(one.target.address)
    return KeysOfTarget(name, address, one.keys, errors)


def schema() -> dict[str, Any]:
    """Return the JSON Schema: keys of one database or of many, or the errors in their place."""
    codec = CODEC.anew()
    types = (Keys, ManyKeys, Failure)
    forms = [codec.schema(one) for one in types]
    definitions = codec.definitions()
    for one in types:
        definitions[one.__name__]["properties"]["format"] = {"const": FORMAT}
    return {
        "$schema": DRAFT,
        "$id": f"urn:jwtroles:keys:{FORMAT}",
        "title": "jwtroles keys list --format json",
        "oneOf": forms,
        "$defs": definitions,
    }
