"""Groups of columns, and accesses to all columns but some: `select: {except: pii}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.errors import Collector
from jwtroles.frozen import frozen
from jwtroles.names import OWN_SCHEMA, QName, parse_parts, text_matches
from jwtroles.spec.model import Access, Spec, Word


@frozen
class Groups:
    """The columns of each group of the file, by table."""

    members: Mapping[Word, Mapping[QName, frozenset[str]]]
    columns: Mapping[QName, tuple[str, ...]]

    @classmethod
    def of(cls, spec: Spec, structure: Structure, problems: Collector) -> Groups:
        """Look the groups up; a pattern that matches no column is an error."""
        columns = {
            name: tuple(column.name for column in relation.columns)
            for name, relation in structure.relations.items()
            if relation.kind != "S" and name.schema != OWN_SCHEMA
        }
        members: dict[Word, dict[QName, frozenset[str]]] = {}
        for group, patterns in spec.columns.items():
            found = members.setdefault(group, {})
            for pattern in patterns:
                hits = dict(_matching(pattern, columns))
                if not hits:
                    _tell_nothing(group, pattern, columns, problems)
                for table, names in hits.items():
                    found[table] = found.get(table, frozenset()) | names
        return cls(members, columns)

    def kept(
        self, access: Access, tables: Sequence[QName], problems: Collector, glob: str = ""
    ) -> Iterator[tuple[QName, Access]]:
        """Give the access on each of the tables with its columns.

        With `except` these are always columns, never the table: what a later migration adds is
        granted by the next plan, which shows it, and not before. A table of a glob that has no
        column left is passed over.
        """
        if not access.except_:
            yield from ((table, access) for table in tables)
            return
        self._check(access, tables, problems, glob)
        for table in tables:
            out = self._left_out(access, table)
            place = access.except_[0].place
            left = tuple(Word(name, place) for name in self.columns[table] if name not in out)
            if left:
                yield table, replace(access, columns=left, except_=())
            elif not glob:
                problems.add(
                    codes.NO_COLUMN_LEFT,
                    f"`except` leaves no column of {table} to {access.command}",
                    place,
                    remedy="take the entry out, or name the columns",
                )

    def _left_out(self, access: Access, table: QName) -> frozenset[str]:
        words = access.except_
        groups = (self.members[word].get(table, frozenset()) for word in words if self._is(word))
        return frozenset(map(str, words)).union(*groups)

    def _is(self, word: Word) -> bool:
        return word in self.members

    def _check(
        self, access: Access, tables: Sequence[QName], problems: Collector, glob: str
    ) -> None:
        """Note words that are neither group nor column, and those that are both."""
        known = dict.fromkeys(column for table in tables for column in self.columns[table])
        for word in access.except_:
            if self._is(word) and word in known:
                problems.add(
                    codes.GROUP_AND_COLUMN,
                    f"{word} is a group of columns and a column of {glob or tables[0]}",
                    word.place,
                    remedy="rename the group",
                )
            elif not self._is(word) and word not in known and tables:
                close = get_close_matches(word, [*map(str, self.members), *known], 1)
                problems.add(
                    codes.NO_SUCH_COLUMN,
                    f"{glob or tables[0]} has no column {word}, nor is there a group of that name",
                    word.place,
                    label=f"did you mean `{close[0]}`?" if close else "",
                    remedy="groups: " + (", ".join(self.members) or "none, see columns:"),
                )


def _matching(
    pattern: Word, columns: Mapping[QName, tuple[str, ...]]
) -> Iterator[tuple[QName, frozenset[str]]]:
    schema, table, column = parse_parts(pattern) or ("", "", "")
    for name, there in columns.items():
        here = text_matches(schema, name.schema) and text_matches(table, name.name)
        hits = frozenset(one for one in there if here and text_matches(column, one))
        if hits:
            yield name, hits


def _tell_nothing(
    group: Word,
    pattern: Word,
    columns: Mapping[QName, tuple[str, ...]],
    problems: Collector,
) -> None:
    known = [f"{table}.{column}" for table, names in columns.items() for column in names]
    close = get_close_matches(pattern, known, 1) if len(known) < _MOST_COMPARED else []
    problems.add(
        codes.NO_COLUMN_IN_GROUP,
        f"no column matches {pattern} of the group {group}",
        pattern.place,
        label=f"did you mean `{close[0]}`?" if close else "",
        remedy="a pattern is schema.table.column; take it out if the column is gone",
    )


_MOST_COMPARED = 2000
"""How many names a misspelt one is compared with."""
