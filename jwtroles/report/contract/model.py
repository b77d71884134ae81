"""The contract: every key of `plan --format json`, in its order. The schema is made from these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from jwtroles.codec import Codec
from jwtroles.errors import Position
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Effect, Origin
from jwtroles.names import QName
from jwtroles.report.verdict import Verdict

FORMAT = 1
"""The version of the contract."""

CODEC = Codec(left_out=frozenset({Origin}), as_text=frozenset({QName}), compared=True)
"""Objects are written with what is compared of them; tables by their name."""

Verb = Literal["add", "alter", "remove"]


@frozen
class Fault:
    """An error, a remark, or what a role that is cut off loses; docs/errors.md has the codes."""

    code: str
    message: str
    place: Position | None
    label: str
    details: tuple[str, ...]
    remedy: str


@frozen
class ServerFacts:
    """The server that was read, without user's password or URL; `address` is '' for a socket."""

    version: int
    label: str
    database: str
    applier: str
    address: str


@frozen
class ChangeEntry:
    """One difference between the database and the file.

    `key` is the identity of the object within its kind; `before` and `after` are the object, null
    where it is not there. `unit` and `statements` are positions in those lists. `unverified`: the
    condition may only be spelled in another way, which a plan against a snapshot cannot tell.
    """

    kind: str
    key: tuple[str, ...]
    verb: Verb
    effect: Effect
    unit: int
    subject: str
    object: str
    roles: tuple[str, ...]
    unverified: bool
    rows: str
    pattern: str
    places: tuple[Position, ...]
    before: Any
    after: Any
    statements: tuple[int, ...]


@frozen
class UnitEntry:
    """What counts as one change: the counts add up from these."""

    kind: str
    verb: Verb
    effect: Effect
    changes: tuple[int, ...]


@frozen
class StatementEntry:
    """One statement, in the order in which they run; `change` is null for a borrowed membership.

    `transaction` is the one that it runs in, counted from 1.
    """

    sql: str
    transaction: int
    phase: str
    lock: str | None
    as_role: str | None
    change: int | None
    places: tuple[Position, ...]
    note: str


@frozen
class Counts:
    """How many units there are, by what they do, by their effect and by their kind."""

    changes: int
    verbs: Mapping[Verb, int]
    effects: Mapping[Effect, int]
    kinds: Mapping[str, int]


@frozen
class Loss:
    """A role that is not of the file and loses what it has on an object."""

    role: str
    object: str
    told: Fault


@frozen
class Planned:
    """A plan; `plan`, `fingerprint` and `digest` name it, the database and the file behind it.

    `transactions` is how many there are; each begins with the statements of `preamble`.
    `source` and `target` are those of `diff` and `sync`, null where a file is wanted.
    """

    format: int
    jwtroles: str
    command: str
    project: str
    environment: str | None
    source: str | None
    target: str | None
    mode: Literal["authoritative", "additive"]
    server: ServerFacts
    plan: str
    fingerprint: str
    digest: str
    verdict: Verdict
    exit_code: int
    counts: Counts
    allow: tuple[str, ...]
    refused: tuple[str, ...]
    units: tuple[UnitEntry, ...]
    changes: tuple[ChangeEntry, ...]
    transactions: int
    preamble: tuple[str, ...]
    statements: tuple[StatementEntry, ...]
    locks: tuple[str, ...]
    cut_off: tuple[Loss, ...]
    kept: tuple[Fault, ...]
    remarks: tuple[Fault, ...]
    errors: tuple[Fault, ...] = ()


@frozen
class Failure:
    """The errors that there are in the place of a plan."""

    format: int
    jwtroles: str
    errors: tuple[Fault, ...]
    footer: str
    exit_code: int
