"""How one database's access means the same in another: names, and what is never carried over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from jwtroles import codes
from jwtroles.codes.code import Code
from jwtroles.errors import Problem
from jwtroles.frozen import frozen
from jwtroles.names import QName

if TYPE_CHECKING:
    from jwtroles.kinds.object_ref import ObjectRef
    from jwtroles.kinds.renames import Renames

T = TypeVar("T")


class KnownRole(Protocol):
    """A role as far as another database has to know it: the Role of its catalog."""

    @property
    def inherit(self) -> bool:
        """Whether it inherits what it is a member of, before PostgreSQL 16."""

    @property
    def reserved(self) -> bool:
        """Whether it reaches around row security."""


@frozen
class Abroad:
    """The words of one database for another one: old → new.

    Attributes:
        roles: the names of roles, those that jwtroles makes with them.
        project: whose mark is read, and whose is written.
        database: the name of the database itself.
    """

    roles: Renames
    project: tuple[str, str]
    database: tuple[str, str]

    def marked(self, item: T) -> T:
        """Return an object with the mark of the other project, where it has one."""
        there, here = self.project
        has = any(one.name == "project" for one in fields(item))  # type: ignore[arg-type]
        ours = has and getattr(item, "project") == there  # noqa: B009 - of any kind
        return replace(item, project=here) if ours else item  # type: ignore[type-var]


@frozen
class Side:
    """A database as far as another one has to know it.

    Attributes:
        label: how people call it.
        version: its `server_version_num`.
        schemas: the managed schemas.
        roles: the roles of its cluster.
        owners: what has rights → its owner.
        columns: table or view → its columns.
        partitions: tables that are partitions: which there are is a matter of their rows.
    """

    label: str
    version: int
    schemas: frozenset[str]
    roles: Mapping[str, KnownRole]
    owners: Mapping[ObjectRef, str]
    columns: Mapping[QName, frozenset[str]]
    partitions: frozenset[str] = frozenset()

    def reaches_around(self, role: str) -> bool:
        """Tell whether row security does not bind who has the rights of a role."""
        facts = self.roles.get(role)
        if facts is not None and facts.reserved:
            return True
        return any(owner == role for ref, owner in self.owners.items() if ref.cls == "table")


@dataclass(slots=True)
class Mirror:
    """Two databases, of which one is to have the access of the other, by the names of that one.

    Attributes:
        source, target: the two, both by the target's names.
        project: whose marks are written there.
        adopted: roles there without a mark that the file takes over.
        coming_roles, coming: roles, and objects → their owner, that the target gets.
        faults: what keeps it from being done; notes: what is left as it is.
        lacking: what the target has not → the roles that have something on it at the source.
        left: what the source has not → the roles that have something on it at the target.
        absent: partitions that the target has not, likewise.
        going: objects of ours that the target has, and that go if the source has them not.
    """

    source: Side
    target: Side
    project: str
    adopted: frozenset[str] = frozenset()
    coming_roles: Mapping[str, KnownRole] = field(default_factory=dict)
    coming: Mapping[ObjectRef, str] = field(default_factory=dict)
    faults: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    lacking: dict[str, set[str]] = field(default_factory=dict)
    left: dict[str, set[str]] = field(default_factory=dict)
    absent: dict[str, set[str]] = field(default_factory=dict)
    going: frozenset[ObjectRef] = frozenset()

    def fault(self, code: Code, message: str, remedy: str = "") -> None:
        """Note what cannot be done."""
        self.faults.append(Problem(code, message, remedy=remedy))

    def note(self, code: Code, message: str, remedy: str = "") -> None:
        """Note what is left as it is."""
        self.notes.append(Problem(code, message, remedy=remedy))

    def lacks(self, what: str, *roles: str) -> None:
        """Note that the target has not what roles have something on at the source."""
        apart = what.removeprefix("table ") in self.source.partitions
        (self.absent if apart else self.lacking).setdefault(what, set()).update(roles)

    def leaves(self, what: str, *roles: str) -> None:
        """Note that what the source has not stays as the target has it."""
        self.left.setdefault(what, set()).update(roles)

    def has_role(self, name: str) -> bool:
        """Tell whether the target has a role, or gets it."""
        return name in self.target.roles or name in self.coming_roles

    def owner(self, ref: ObjectRef) -> str | None:
        """Return the owner that an object has at the target, or will have; None without it."""
        return self.target.owners.get(ref, self.coming.get(ref))

    def check_owner(self, what: str, source: str, target: str | None) -> None:
        """Note what somebody else than jwtroles owns: it has the rights of its owner."""
        if source != target and source not in self.coming_roles:
            there = self.source.label
            message = f"{what} is owned by {source} in {there}, which is no role of the project: "
            message += "that is never mirrored"
            self.fault(codes.NEVER_MIRRORED, message, f"apply the file to {there}")

    def problems(self) -> tuple[Problem, ...]:
        """Return what keeps it from being done: what is lacking first."""
        told = (self._lacking(what, roles) for what, roles in sorted(self.lacking.items()))
        return (*told, *self.faults)

    def remarks(self) -> tuple[Problem, ...]:
        """Return what is left as it is."""
        told = (self._left(what, roles) for what, roles in sorted(self.left.items()))
        absent = tuple(map(self._absent, sorted(self.absent)))
        return (*told, *absent, *self.notes)

    def _lacking(self, what: str, roles: set[str]) -> Problem:
        whose = f" for {', '.join(sorted(roles))}" if roles else ""
        return Problem(
            codes.NOT_THERE,
            f"{self.target.label} has no {what}, on which {self.source.label} has access{whose}",
            remedy=f"make it in {self.target.label} first: run the migrations there",
        )

    def _absent(self, what: str) -> Problem:
        name = what.removeprefix("table ")
        message = f"{self.target.label} has no partition {name}: what stands on it is left out"
        return Problem(codes.LEFT_THERE, message)

    def _left(self, what: str, roles: set[str]) -> Problem:
        whose = f" of {', '.join(sorted(roles))}" if roles else ""
        return Problem(
            codes.LEFT_THERE,
            f"{self.source.label} has no {what}: the access{whose} to it stays as it is "
            f"in {self.target.label}",
        )


def as_source(source: Any, _target: Any, _mirror: Mirror) -> Any:
    """Take what the source has, the usual way."""
    return source


def as_target(_source: Any, target: Any, _mirror: Mirror) -> Any:
    """Leave what the target has: keys, secrets and what is made of them."""
    return target


def about(names: Callable[[Any], Iterable[str]]) -> Callable[[Any, Any, frozenset[str]], Any]:
    """Return what leaves an object as the target has it where it is about one of some roles."""

    def level(source: Any, target: Any, roles: frozenset[str]) -> Any:
        found = source if source is not None else target
        return target if found is not None and roles.intersection(names(found)) else source

    return level


def about_none(source: Any, _target: Any, _roles: frozenset[str]) -> Any:
    """Take what the source has: it is about no role by itself."""
    return source


def declared_whole(source: Any, target: Any, there: Any, here: Any, faithful: bool) -> Any:  # noqa: FBT001 - a declaration of kinds
    """Leave what the file has for one of the two alone as the target has it.

    What it has for both, and otherwise, is wanted as it says of the target where the source is as
    it says of the source.
    """
    if (there is None) != (here is None):
        return target
    return here if faithful and there != here else source


def kept_comment(source: Any, target: Any, _mirror: Mirror) -> Any:
    """Take what the source has, but for a comment, which is no access."""
    if source is None or target is None:
        return source
    return replace(source, comment=target.comment)


def unchanged(item: Any, _abroad: Abroad) -> Any:
    """Return an object that has no names but its own."""
    return item
