"""The file that is being made: what it says, and how each part of it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from jwtroles.errors import Problem
from jwtroles.frozen import frozen
from jwtroles.names import QName


@frozen
class Kept:
    """An entry of `keep`: the words that call something, and why it is kept.

    Attributes:
        privileges: what it keeps of a grant, where that is several privileges.
    """

    words: tuple[tuple[str, str], ...]
    reason: str
    privileges: tuple[str, ...] = ()

    @property
    def said(self) -> Mapping[str, Any]:
        """The words as the file has them."""
        said: dict[str, Any] = dict(self.words)
        return said | ({"privilege": self.privileges} if self.privileges else {})


Key = tuple[Any, ...]
"""What tells the policies of a file apart while it is being proved."""


@frozen
class FloorDraft:
    """A floor: the keys of the policies that it is, and what the file says of it."""

    keys: tuple[Key, ...]
    said: Mapping[str, Any]


@frozen
class StatedDraft:
    """A policy, once for all tables that have it.

    Attributes:
        keys: its key.
        using, check: as the file writes them.
    """

    keys: tuple[Key]
    name: str
    tables: tuple[str, ...]
    to: tuple[str, ...]
    except_: tuple[str, ...] = ()
    command: str = "all"
    restrictive: bool = False
    using: str | None = None
    check: str | None = None


@frozen
class RoleDraft:
    """A role: its keys in the order of the file, each as a value of YAML."""

    name: str
    keys: Mapping[str, Any] = field(default_factory=dict)


@frozen
class Draft:
    """A whole file: its sections as values of YAML.

    Attributes:
        notes: what it leaves to others, and what it cannot say.
        restored: what its plan puts back.
    """

    project: str
    database: Mapping[str, Any]
    tokens: Mapping[str, Any] = field(default_factory=dict)
    policies_only: tuple[str, ...] = ()
    mapping: tuple[Mapping[str, Any], ...] = ()
    tenancy: tuple[Mapping[str, Any], ...] = ()
    rows: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lookups: Mapping[str, Any] = field(default_factory=dict)
    floors: tuple[FloorDraft, ...] = ()
    policies: tuple[StatedDraft, ...] = ()
    row_security: tuple[str, ...] = ()
    force_row_security: tuple[str, ...] = ()
    roles: tuple[RoleDraft, ...] = ()
    views: Mapping[str, Any] = field(default_factory=dict)
    queries: Mapping[str, Any] = field(default_factory=dict)
    keep: tuple[Kept, ...] = ()
    notes: tuple[Problem, ...] = ()
    restored: tuple[Problem, ...] = ()

    @property
    def unmarked(self) -> bool:
        """Whether jwtroles has nothing of its own in the database."""
        return "unmarked" in self.database


@frozen
class Choices:
    """What the proof has found out so far about how things can be said.

    Attributes:
        kept_policies: policies that the language cannot say: key → why.
        forms: policy and condition → how many of its forms PostgreSQL would store as another text.
        kept: whatever else stays as it is.
        stated: policies that stand under `policies`, and are part of no floor.
        beside: rights that a plan of the file turned out not to look at.
        groups: whether columns that are withheld are named as a group.
        withheld: rights (role, table, command) that are there and that the file does not say.
    """

    kept_policies: Mapping[Key, str] = field(default_factory=dict)
    forms: Mapping[tuple[Key, str], int] = field(default_factory=dict)
    stated: frozenset[Key] = frozenset()
    kept: tuple[Kept, ...] = ()
    beside: tuple[Problem, ...] = ()
    groups: bool = True
    withheld: frozenset[tuple[str, QName, str]] = frozenset()

    def form(self, keys: Iterable[Key], text: str) -> int:
        """Return which form a condition of some policies has, 0 being the shortest."""
        return max(self.forms.get((key, text), 0) for key in keys)
