"""What stays the same while one text is bound, and what binding finds out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.compiler.bind.scope import Scope
    from jwtroles.errors import Collector
    from jwtroles.names import QName
    from jwtroles.spec.model import Spec
    from jwtroles.spec.token_model import Claim


@dataclass(slots=True)
class Found:
    """What binding finds out on its way.

    Attributes:
        reads: the columns that each relation is read for, the policy's own table included.
        claims: the claims that are used.
        words: the named predicates and lookups that are used.
        lookups: the lookups that are asked.
        tied: whether a subquery or a column with its table was met.
    """

    reads: dict[QName, set[str]] = field(default_factory=dict)
    claims: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    lookups: set[str] = field(default_factory=set)
    tied: bool = False


@frozen
class Setting:
    """Everything that stays the same while one text is bound.

    Attributes:
        own: the table of the policy, which its subqueries must not read (None: a query or view).
        accessor: what reads a claim; None leaves `claims.NAME` as the file writes it.
        params: the parameters of a query.
        careful: whether a bare name that fits inside and outside is refused: in predicates.
    """

    spec: Spec
    scope: Scope
    accessor: Callable[[Claim], str] | None
    problems: Collector
    found: Found
    own: QName | None = None
    params: frozenset[str] = frozenset()
    careful: bool = True
