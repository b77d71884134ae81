"""The JSON Schema of the contract, made from its dataclasses and from the kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jwtroles.codec import DRAFT
from jwtroles.kinds import KINDS
from jwtroles.report.contract.model import CODEC, FORMAT, Failure, Planned

ID = f"urn:jwtroles:plan:{FORMAT}"


def schema() -> dict[str, Any]:
    """Return the schema: a plan, or the errors in its place; no key that is not listed."""
    return schema_of((Planned, Failure), ID, "jwtroles plan --format json", FORMAT)


def schema_of(types: Sequence[type[Any]], name: str, title: str, version: int) -> dict[str, Any]:
    """Return the schema of one of several results, which tell their `version`.

    Args:
        types: what the result may be.
        name: of the schema, a URN.
        title: of the schema.
        version: of the contract.
    """
    codec = CODEC.anew()
    forms = [codec.schema(one) for one in types]
    kinds = {kind.name: codec.schema(kind.change_type) for kind in KINDS}
    definitions = codec.definitions()
    for one in types:
        definitions[one.__name__]["properties"]["format"] = {"const": version}
    change = definitions["ChangeEntry"]
    change["properties"]["kind"] = {"enum": list(kinds)}
    change["allOf"] = [_of_kind(name, form) for name, form in kinds.items()]
    return {
        "$schema": DRAFT,
        "$id": name,
        "title": title,
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
