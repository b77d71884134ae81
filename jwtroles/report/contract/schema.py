"""The JSON Schema of the contract, made from its dataclasses and from the kinds."""

from __future__ import annotations

from typing import Any

from jwtroles.codec import DRAFT
from jwtroles.kinds import KINDS
from jwtroles.report.contract.model import CODEC, FORMAT, Failure, Planned

ID = f"urn:jwtroles:plan:{FORMAT}"


def schema() -> dict[str, Any]:
    """Return the schema: a plan, or the errors in its place; no key that is not listed."""
    forms = [CODEC.schema(Planned), CODEC.schema(Failure)]
    kinds = {kind.name: CODEC.schema(kind.change_type) for kind in KINDS}
    definitions = CODEC.definitions()
    for name in (Planned.__name__, Failure.__name__):
        definitions[name]["properties"]["format"] = {"const": FORMAT}
    change = definitions["ChangeEntry"]
    change["properties"]["kind"] = {"enum": list(kinds)}
    change["allOf"] = [_of_kind(name, form) for name, form in kinds.items()]
    return {
        "$schema": DRAFT,
        "$id": ID,
        "title": "jwtroles plan --format json",
        "oneOf": forms,
        "$defs": definitions,
    }


def _of_kind(name: str, form: dict[str, Any]) -> dict[str, Any]:
    """Say what `before` and `after` are in a change of a kind."""
    either = {"anyOf": [form, {"type": "null"}]}
    return {
        "if": {"properties": {"kind": {"const": name}}},
        "then": {"properties": {"before": either, "after": either}},
    }
