"""The language as a JSON Schema, for editors: the same declaration, read in another way.

It knows the form of a file and not its meaning. What it refuses, loading refuses as well, but for
YAML that JSON cannot tell apart.
"""

from __future__ import annotations

from typing import Any

from jwtroles.spec.grammar.file import FILE, VERSION

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest draft that the YAML language server reads in full."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a file."""
    definitions: dict[str, dict[str, Any]] = {}
    reference = FILE.schema(definitions)["$ref"]
    whole = definitions.pop(reference.rpartition("/")[2])
    # Of several files each has some of these keys, and only together they have all.
    alone = {"required": ["project"], "not": {"required": ["include"]}}
    silent = {"properties": {"database": {"required": ["unmarked"]}}, "required": ["database"]}
    tokens = {"if": {"not": silent}, "then": {"required": ["tokens"]}}
    needs = {"required": whole.pop("required"), "allOf": [tokens]}
    whole |= {"if": alone, "then": needs}
    return {
        "$schema": DRAFT,
        **whole,
        "title": f"jwtroles specification, version {VERSION}",
        "definitions": dict(sorted(definitions.items())),
    }
