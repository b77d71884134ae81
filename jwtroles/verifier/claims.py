"""Claims as SQL sees them: the name of the accessor, the path into the payload, the types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from jwtroles.frozen import frozen
from jwtroles.names import OWN_SCHEMA, QName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jwtroles.spec.token_model import Claim, Tokens

Form = Literal["scalar", "json", "array", "split"]
"""How a claim is read: one JSON scalar, JSON as it is, a JSON array, or a text that is a list."""

_OF_THE_GRAMMAR = frozenset(
    {
        "bigint",
        "boolean",
        "double precision",
        "integer",
        "numeric",
        "real",
        "smallint",
        "time with time zone",
        "time without time zone",
        "timestamp with time zone",
        "timestamp without time zone",
    }
)
"""Type names that the parser itself resolves, whatever the search_path (manual section 8)."""


AUTHORIZED = QName(OWN_SCHEMA, "authorized")
"""Checks the login of `verify: database`, and returns true or raises."""

CLAIMS = QName(OWN_SCHEMA, "claims")
"""Returns every claim of a login of `verify: database` in one row, or raises."""


def accessor_name(claim: Claim) -> QName:
    """Return the name of the function that returns `claim`."""
    return QName(OWN_SCHEMA, f"claim_{claim.name}")


def accessor(claim: Claim) -> str:
    """Return the call by which a policy reads `claim`."""
    return f"{accessor_name(claim).sql}()"


def trusted(tokens: Tokens) -> tuple[Claim, ...]:
    """Return the claims that may decide something, in the order of the file."""
    return tuple(claim for claim in tokens.claims.values() if claim.trusted)


def pointer_steps(pointer: str) -> tuple[str, ...]:
    """Return the reference tokens of a JSON Pointer (RFC 6901 section 4), for `#>`."""
    steps = pointer.split("/")[1:]
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)


def qualified(type_name: str) -> str:
    """Return a type of pg_catalog, as format_type prints it, so that no search_path changes it."""
    base = type_name.removesuffix("[]")
    if base in _OF_THE_GRAMMAR or "." in base:
        return type_name
    return f"pg_catalog.{type_name}"


@frozen
class TypedClaim:
    """A trusted claim with the type that PostgreSQL knows it by.

    Attributes:
        type: as the file writes it, for messages.
        returns: as PostgreSQL prints it, for the accessor's result.
    """

    name: str
    type: str
    returns: str
    steps: tuple[str, ...]
    required: bool
    split: str | None
    function: QName

    @property
    def form(self) -> Form:
        """How the claim is read from the payload."""
        if self.split is not None:
            return "split"
        if self.returns.endswith("[]"):
            return "array"
        return "json" if self.returns in {"json", "jsonb"} else "scalar"

    @property
    def cast(self) -> str:
        """The type to cast to."""
        return qualified(self.returns)


def typed(claims: Iterable[Claim], types: Mapping[str, str]) -> tuple[TypedClaim, ...]:
    """Give each claim PostgreSQL's name of its type, as `types` has it."""
    return tuple(
        TypedClaim(
            name=str(claim.name),
            type=str(claim.type),
            returns=types.get(claim.type, str(claim.type)),
            steps=pointer_steps(claim.path),
            required=claim.required,
            split=None if claim.split is None else str(claim.split),
            function=accessor_name(claim),
        )
        for claim in claims
    )
