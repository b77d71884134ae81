"""A group of the columns that are withheld: all columns but these are granted, again and again."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import field
from typing import TYPE_CHECKING

from jwtroles.frozen import frozen
from jwtroles.names import PUBLIC, QName, file_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jwtroles.decompile.found import Found

NAME = "withheld"
FEWEST = 3
"""How often columns have to be withheld for a group to say more than lists of columns."""

COMMANDS = ("SELECT", "INSERT", "UPDATE")


@frozen
class Group:
    """Columns that are withheld: by table, and as patterns of the file."""

    members: Mapping[QName, frozenset[str]] = field(default_factory=dict)
    patterns: tuple[str, ...] = ()

    def stands_for(self, table: QName, granted: Iterable[str] | None, every: Iterable[str]) -> bool:
        """Tell whether all columns but the group's are granted, each by itself."""
        if granted is None or not self.members:
            return False
        return set(granted) == set(every) - self.members.get(table, frozenset())


NO_GROUP = Group()


def withheld(found: Found) -> Group:
    """Return the columns that the roles of a file are mostly denied, if there are such."""
    relations = found.structure.relations
    seen: dict[QName, Counter[frozenset[str]]] = {}
    for table, granted in _column_grants(found):
        every = {column.name for column in relations[table].columns}
        left = frozenset(every - granted)
        if left and len(left) * 2 <= len(every):
            seen.setdefault(table, Counter())[left] += 1
    members = {table: counts.most_common(1)[0][0] for table, counts in sorted(seen.items())}
    often = Counter[str]()
    for table, left in members.items():
        often.update(dict.fromkeys(left, seen[table][left]))
    members = {t: left for t, left in members.items() if any(often[name] > 1 for name in left)}
    uses = sum(seen[table][left] for table, left in members.items())
    names = {column.name for one in relations.values() for column in one.columns}
    if uses < FEWEST or NAME in names:
        return NO_GROUP
    return Group(members, tuple(_patterns(members, found)))


def _column_grants(found: Found) -> Iterator[tuple[QName, frozenset[str]]]:
    holders = {*found.roles, PUBLIC}
    for acl in found.acls:
        for (grantee, privilege), right in acl.rights.items():
            named = acl.object.cls == "table" and right.columns is not None
            if named and grantee in holders and privilege in COMMANDS:
                yield acl.object.name, right.columns or frozenset()


def _patterns(members: Mapping[QName, frozenset[str]], found: Found) -> Iterator[str]:
    """Yield `*.*.column` where every column of the name is meant, else each by itself.

    Where nobody is granted single columns of a table, nothing is left out by the group either.
    """
    listed = {table for table, _ in _column_grants(found)}
    relations = [one for one in found.structure.relations.values() if one.name in listed]
    for column in sorted({name for names in members.values() for name in names}):
        having = {one.name for one in relations if one.column(column)}
        meant = {table for table, names in members.items() if column in names}
        start = _beginning(sorted(table.name for table in meant))
        alike = {table for table in having if table.name.startswith(start)}
        if having == meant and len(meant) > 1:
            yield f"*.*.{file_part(column)}"
        elif alike == meant and len(meant) > 1 and _plain(start):
            yield f"*.{start}*.{file_part(column)}"
        else:
            yield from (f"{table}.{file_part(column)}" for table in sorted(meant))


def _beginning(names: list[str]) -> str:
    """Return what all names begin with; of sorted names the first and the last one tell."""
    first, last = names[0], names[-1]
    same = (n for n in range(len(first), -1, -1) if last.startswith(first[:n]))
    return first[: next(same)]


def _plain(start: str) -> bool:
    """Tell whether the beginning of a name can stand in a pattern as it is."""
    return re.fullmatch(r"[A-Za-z_]\w{2,}", start) is not None
