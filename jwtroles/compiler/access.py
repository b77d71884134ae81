"""Which role gets which command on which table: globs matched, exact names over globs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.compiler.columns import Groups
from jwtroles.errors import Collector
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Origin
from jwtroles.names import OWN_SCHEMA, PUBLIC, QName, glob_matches, is_glob, parse_qname
from jwtroles.spec.model import Access, Command, Environment, Role, Spec, Ungoverned, Word

TABLE_KINDS = ("r", "p")
"""What a glob matches: access goes through the parent, so partitions are left out."""


@frozen
class Names:
    """Role names of the file → role names of the environment."""

    renamed: Mapping[Word, Word]

    @classmethod
    def of(cls, environment: Environment | None) -> Names:
        """Return the names of `environment`, or of the file itself."""
        return cls(environment.names if environment else {})

    def __call__(self, role: str) -> str:
        """Return the role's name in the environment."""
        return str(self.renamed.get(role, role))  # type: ignore[call-overload]

    def in_policy(self, to: Iterable[str]) -> frozenset[str]:
        """Return whom a policy is for: beside PUBLIC, PostgreSQL keeps no other role."""
        roles = set(to)
        return frozenset({PUBLIC} if PUBLIC in roles else map(self, roles))


@frozen
class Granted:
    """One access of one role to one table, with the glob it came from ('' for an exact name)."""

    role: str
    table: QName
    access: Access
    pattern: str = ""

    @property
    def command(self) -> Command | Ungoverned:
        """The command that it allows."""
        return self.access.command

    @property
    def origin(self) -> Origin:
        """The line of the file behind it."""
        said = self.access.rows or self.access.check or ""
        return Origin(self.access.place, self.pattern, str(said))


def reading(
    role: str,
    table: QName,
    columns: Iterable[str],
    structure: Structure,
    instead: Iterable[str] = (),
) -> Granted:
    """Return SELECT for a role that runs SQL of the file, on the columns which that reads.

    Where it reads mere rows, as `count(*)` does, PostgreSQL asks for SELECT on any one column: it
    is the first by name of `instead`, or else the first one of the table.
    """
    there = structure.relations[table].columns
    needed = sorted(columns) or sorted(instead)[:1] or [column.name for column in there[:1]]
    # A table without columns is readable as a whole or not at all.
    return Granted(role, table, Access("select", tuple(map(Word, needed)) or None))


def accesses_of(
    spec: Spec, names: Names, structure: Structure, problems: Collector
) -> tuple[Granted, ...]:
    """Return every access of the file on the tables that the database has."""
    found: list[Granted] = []
    groups = Groups.of(spec, structure, problems)
    for role in spec.roles.values():
        name = PUBLIC if role.name == PUBLIC else names(role.name)
        found += _of_role(name, role, structure, groups, problems)
    for granted in found:
        _check_columns(granted, structure, problems)
    return tuple(sorted(found, key=lambda g: (g.table, g.role, g.command)))


def _of_role(
    name: str, role: Role, structure: Structure, groups: Groups, problems: Collector
) -> Iterator[Granted]:
    taken: set[tuple[QName, Command | Ungoverned]] = set()
    for pattern, accesses in role.tables.items():
        if is_glob(pattern):
            continue
        table = table_named(pattern, structure, problems)
        for access in accesses if table else ():
            assert table is not None  # noqa: S101
            taken.add((table, access.command))
            if access.nothing:
                continue
            for _, kept in groups.kept(access, [table], problems):
                yield Granted(name, table, kept)
    for pattern, accesses in role.tables.items():
        if not is_glob(pattern):
            continue
        tables = matching([pattern], structure, problems)
        for access in accesses:
            # Globs that match one table agree about it (JR239): the first one speaks for them.
            left = [table for table in tables if (table, access.command) not in taken]
            taken.update((table, access.command) for table in left)
            for table, kept in groups.kept(access, left, problems, pattern):
                yield Granted(name, table, kept, str(pattern))


def matching(
    patterns: Iterable[Word], structure: Structure, problems: Collector
) -> tuple[QName, ...]:
    """Return the tables that any of the patterns names, without partitions, in name order."""
    tables: set[QName] = set()
    for pattern in patterns:
        if not is_glob(pattern):
            table = table_named(pattern, structure, problems)
            tables |= {table} if table else set()
            continue
        hits = {
            relation.name
            for relation in structure.relations.values()
            if relation.kind in TABLE_KINDS
            and not relation.partition
            and relation.name.schema != OWN_SCHEMA
            and glob_matches(pattern, relation.name)
        }
        if not hits:
            remedy = "a glob grants what is there now; check the schema and the name"
            problems.add(
                codes.NO_SUCH_TABLE, f"no table matches {pattern}", pattern.place, remedy=remedy
            )
        tables |= hits
    return tuple(sorted(tables))


def table_named(name: Word, structure: Structure, problems: Collector) -> QName | None:
    """Return the table or view of this name, or report it as unknown."""
    qname = parse_qname(name)
    relation = structure.relations.get(qname) if qname else None
    if relation is not None and relation.kind != "S":
        return relation.name
    known = [str(r.name) for r in structure.relations.values() if r.kind != "S"]
    close = get_close_matches(str(name), known, 1)
    label = f"did you mean `{close[0]}`?" if close else ""
    message = f"no table {name} in the database {structure.server.database}"
    problems.add(codes.NO_SUCH_TABLE, message, name.place, label=label, remedy=_tables(known))
    return None


def _tables(known: list[str]) -> str:
    return "tables there: " + ", ".join(sorted(known)[:12]) if known else "it has no tables there"


def _check_columns(granted: Granted, structure: Structure, problems: Collector) -> None:
    relation = structure.relations[granted.table]
    known = [column.name for column in relation.columns]
    for word in granted.access.columns or ():
        if word not in known:
            close = get_close_matches(word, known, 1)
            problems.add(
                codes.NO_SUCH_COLUMN,
                f"{granted.table} has no column {word}",
                word.place,
                label=f"did you mean `{close[0]}`?" if close else "",
                remedy="columns there: " + ", ".join(known),
            )
    conditional = granted.access.rows or granted.access.check
    if conditional and relation.kind not in ("r", "p"):
        problems.add(
            codes.POLICY_ON_VIEW,
            f"{granted.table} cannot have row security: it is not an ordinary table",
            conditional.place,
            remedy="grant the columns alone, or declare a view under views:",
        )
