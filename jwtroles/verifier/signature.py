"""Functions that verify a signature in the database, on core functions alone: no extension.

They take keys as numbers (see :mod:`jwtroles.verifier.curves` for what is stored of a point) and
answer true or false. They are internal: nobody but the owner may execute them, and the function
that calls them sets the search path.
"""

from __future__ import annotations

from typing import Any, Literal

from jwtroles.kinds.function import Function
from jwtroles.kinds.own_table import OwnTable
from jwtroles.names import OWN_SCHEMA, QName
from jwtroles.verifier.curves import EDWARDS25519, P256
from jwtroles.verifier.render import render

_MULTIPLES = (
    "TABLE(multiple_place integer, multiple_digit integer, "
    "multiple_x numeric, multiple_y numeric, multiple_z numeric)"
)


def table(owner: str) -> OwnTable:
    """Return the table of stored multiples of points.

    A row is `digit * radix^place` times `point`. For P-256 x and y are its coordinates and z is 0;
    for edwards25519 they are y - x, y + x and 2dxy.
    """
    columns = (
        ("point", "integer"),
        ("place", "integer"),
        ("digit", "integer"),
        ("x", "numeric"),
        ("y", "numeric"),
        ("z", "numeric"),
    )
    return OwnTable("curve_multiple", columns, ("point", "place", "digit"), owner)


def functions(owner: str, project: str) -> tuple[Function, ...]:
    """Return the functions, each after those that it calls."""

    def made(
        name: str, arguments: str, returns: str, volatility: Literal["i", "s"] = "i", **values: Any
    ) -> Function:
        return Function(
            QName(OWN_SCHEMA, name),
            arguments=arguments,
            returns=returns,
            language="plpgsql",
            volatility=volatility,
            parallel="s",
            definer=False,
            settings=(),
            body=render(f"signature/{name}.sql.j2", **values),
            owner=owner,
            project=project,
        )

    point = "point_x numeric, point_y numeric, width integer"
    rsa = (
        "hash bytea, signature bytea, modulus numeric, octets integer, exponent bigint, "
        "inverse numeric, places integer, encoded numeric"
    )
    p256 = "hash bytea, signature bytea, point integer, width integer"
    ed25519 = "message bytea, signature bytea, key bytea, point integer, width integer"
    return (
        made("octets_to_number", "octets bytea", "numeric"),
        made("octets_to_number_le", "octets bytea", "numeric"),
        made("inverse", "number numeric, modulus numeric", "numeric"),
        made("verify_rsa", rsa, "boolean"),
        made("multiples_p256", point, _MULTIPLES, curve=P256),
        made("verify_p256", p256, "boolean", "s", curve=P256),
        made("multiples_ed25519", point, _MULTIPLES, curve=EDWARDS25519),
        made("verify_ed25519", ed25519, "boolean", "s", curve=EDWARDS25519),
    )
