"""What a role may do to each table: commands, columns, rows, and the floors under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from jwtroles.compiler.access import TABLE_KINDS
from jwtroles.compiler.columns import Groups
from jwtroles.errors import Collector
from jwtroles.explanation.model import (
    CommandEntry,
    FloorEntry,
    PolicyEntry,
    RowsEntry,
    Standing,
    TableEntry,
)
from jwtroles.frozen import frozen
from jwtroles.kinds.policy import policy_name
from jwtroles.names import (
    OWN_SCHEMA,
    PUBLIC,
    QName,
    glob_matches,
    is_glob,
    parse_qname,
    texts_overlap,
)
from jwtroles.spec.model import COMMANDS, UNGOVERNED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.catalog import Structure
    from jwtroles.compiler.access import Names
    from jwtroles.explanation.values import Values
    from jwtroles.spec.model import Access, Floor, Role, Spec, Through, Word

_ORDER: dict[str, int] = {
    command: number for number, command in enumerate((*COMMANDS, *UNGOVERNED))
}


@frozen
class Tables:
    """What is asked about tables.

    Attributes:
        line: the role, and then those that it inherits.
        values: puts claims into conditions.
        structure: the tables that there are; None where nobody was asked.
    """

    spec: Spec
    names: Names
    line: tuple[Role, ...]
    values: Values
    structure: Structure | None = None

    def every(self) -> Iterator[TableEntry]:
        """Yield the tables that the role may do something to.

        Where nobody was asked which tables there are, also those that are taken out of globs.
        """
        for subject in self._subjects():
            entry = self.entry(subject)
            if entry.commands or (self.structure is None and isinstance(subject, QName)):
                yield entry

    def _subjects(self) -> Iterator[QName | Word]:
        if self.structure is not None:
            for name, relation in sorted(self.structure.relations.items()):
                if relation.kind != "S" and name.schema != OWN_SCHEMA and not relation.partition:
                    yield name
            return
        patterns = list(dict.fromkeys(word for role in self.line for word in role.tables))
        named = (parse_qname(word) for word in patterns if not is_glob(word))
        yield from filter(None, named)
        yield from (word for word in patterns if is_glob(word))

    def entry(self, subject: QName | Word) -> TableEntry:
        """Return what the role may do to a table, or to those that a glob means."""
        commands = sorted(self._commands(subject), key=lambda one: _ORDER[one.command])
        gated = [role for role in self.line if role.token] if self._secured(subject) else []
        return TableEntry(
            name=str(subject),
            gate=tuple(policy_name(self.names(role.name), "gate") for role in gated)
            if self.spec.tokens.verify == "database"
            else (),
            floors=tuple(self._floors(subject)) if gated or self._stated(subject) else (),
            commands=tuple(commands),
            policies_only=any(self._means(word, subject) for word in self.spec.policies_only),
            policies=tuple(self._policies(subject)),
            secured=self._stated(subject) and self._row_security(subject),
        )

    def _row_security(self, subject: QName | Word) -> bool:
        """Tell whether row security is on, in a file that says it of each table."""
        spec = self.spec
        relation = self.structure.relations.get(subject) if self.structure else None  # type: ignore[arg-type]
        named = [(spec.row_security, ()), *((one.tables, one.except_) for one in spec.policies)]
        on = any(self._covered(tables, out, subject) for tables, out in named)
        standing = (self._standing(floor, subject)[0] for floor in spec.tenancy)
        floored = any(one in ("stands", "unknown") for one in standing)
        return on or floored or bool(relation and relation.secured)

    def _covered(
        self, tables: Iterable[Word], out: Iterable[Word], subject: QName | Word
    ) -> Literal["stands", "unknown"] | None:
        """Return whether a policy with these tables is on a table, or on those of a glob."""
        if isinstance(subject, QName):
            on = any(self._means(word, subject) for word in tables)
            return "stands" if on and not any(self._means(word, subject) for word in out) else None
        if not any(_overlap(word, subject) for word in tables):
            return None
        apart = any(_overlap(word, subject) for word in out)
        return "stands" if str(subject) in map(str, tables) and not apart else "unknown"

    def _policies(self, subject: QName | Word) -> Iterator[PolicyEntry]:
        for one in self.spec.policies:
            standing = self._covered(one.tables, one.except_, subject)
            if standing is not None and self._is_for(one.to):
                yield PolicyEntry(
                    name=str(one.name),
                    standing=standing,
                    restrictive=one.restrictive,
                    command=str(one.for_),
                    using=self.values.rows(one.using),
                    check=self.values.rows(one.check),
                    place=one.place.position if one.place else None,
                )

    def _stated(self, subject: QName | Word) -> bool:
        """Tell whether floors stand there as policies of their own, token or not."""
        return self.spec.database.unmarked and self._secured(subject)

    def _secured(self, subject: QName | Word) -> bool:
        """Tell whether row security can stand there: on no view, and on no foreign table."""
        if self.structure is None or not isinstance(subject, QName):
            return True
        relation = self.structure.relations.get(subject)
        return relation is None or relation.kind in TABLE_KINDS

    def _commands(self, subject: QName | Word) -> Iterator[CommandEntry]:
        for role in self.line:
            taken: set[str] = set()
            # An exact name comes before globs, and the first glob speaks for the others (JR239).
            for word in sorted(role.tables, key=is_glob):
                if not self._means(word, subject):
                    continue
                for access in role.tables[word]:
                    if access.command not in taken:
                        taken.add(access.command)
                        if access.nothing:
                            continue
                        yield from self._command(role, word, access, subject)

    def _command(
        self, role: Role, word: Word, access: Access, subject: QName | Word
    ) -> Iterator[CommandEntry]:
        for kept in self._columns(access, word, subject):
            yield CommandEntry(
                command=access.command,
                role=str(role.name),
                columns=None if kept.columns is None else tuple(map(str, kept.columns)),
                except_for=tuple(map(str, kept.except_)),
                rows=self.values.rows(access.rows),
                check=self.values.rows(access.check),
                governed=access.governed,
                future=access.future,
                pattern=str(word) if is_glob(word) and str(word) != str(subject) else "",
                place=access.place.position if access.place else None,
            )

    def _columns(self, access: Access, word: Word, subject: QName | Word) -> Iterator[Access]:
        """Yield the access with its columns; none where `except` leaves no column of the table."""
        if self.structure is None or not isinstance(subject, QName) or not access.except_:
            yield access
            return
        quiet = Collector()
        groups = Groups.of(self.spec, self.structure, quiet)
        glob = str(word) if is_glob(word) else ""
        yield from (kept for _, kept in groups.kept(access, [subject], quiet, glob))

    def _floors(self, subject: QName | Word) -> Iterator[FloorEntry]:
        tokens = [role for role in self.line if role.token]
        for floor in self.spec.tenancy:
            standing, step = self._standing(floor, subject)
            if standing is None:
                continue
            if floor.policy is not None:
                stays = floor.policy.permissive or self._is_for(floor.policy.to)
                standing = standing if stays else "lifted"
            elif standing not in ("except", "no column") and all(
                role.name in floor.lifted_for for role in tokens
            ):
                standing = "lifted"
            words = floor.rows if step is None else step.on
            rows = self.values.rows(words)
            place = (floor.rows if step is None else step.table).place
            yield FloorEntry(
                name=floor.name,
                standing=standing,
                rows=rows or RowsEntry(str(words), str(words)),
                parent="" if step is None else str(step.parent),
                place=place.position if place else None,
                gives=floor.policy is not None
                and floor.policy.permissive
                and self._is_for(floor.policy.to),
            )

    def _is_for(self, to: Iterable[Word]) -> bool:
        """Tell whether a policy is for the role, or for everybody, as it is where nobody is named.

        For whom a permissive floor is not, it gives no row.
        """
        named = {str(role) for role in to} or {PUBLIC}
        return PUBLIC in named or any(role.name in named for role in self.line)

    def _standing(
        self, floor: Floor, subject: QName | Word
    ) -> tuple[Standing | None, Through | None]:
        """Return how a floor stands on a table, with the step that takes it there."""
        if not isinstance(subject, QName):
            return _on_glob(floor, subject), None
        for step in floor.through:
            if self._means(step.table, subject):
                return "through", step
        relation = self.structure.relations.get(subject) if self.structure else None
        below = floor.policy is not None and floor.policy.partitions
        if below and relation is not None and relation.partition and relation.parent is not None:
            out = any(self._means(word, subject) for word in floor.except_)
            return ("except", None) if out else self._standing(floor, relation.parent)
        words = [word for word in floor.tables if self._means(word, subject)]
        if not words:
            return None, None
        if any(self._means(word, subject) for word in floor.except_):
            return "except", None
        return self._by_column(floor.where_column, words, subject), None

    def _by_column(self, column: Word | None, words: list[Word], table: QName) -> Standing:
        """Return how a floor stands on a table that it is about, its column considered."""
        if column is None or not all(map(is_glob, words)):
            return "stands"
        relation = self.structure.relations.get(table) if self.structure else None
        if relation is None:
            return "unknown"
        return "stands" if relation.column(column) else "no column"

    def _means(self, word: Word, subject: QName | Word) -> bool:
        """Tell whether a name or glob of the file is about a table, or about the same glob.

        A glob means no views, and partitions only through their parents.
        """
        if not isinstance(subject, QName):
            return str(word) == str(subject)
        if not is_glob(word):
            return parse_qname(word) == subject
        relation = self.structure.relations.get(subject) if self.structure else None
        plain = relation is None or (relation.kind in TABLE_KINDS and not relation.partition)
        return plain and glob_matches(word, subject)


def _on_glob(floor: Floor, glob: Word) -> Standing | None:
    """Return how a floor stands on the tables of a glob, as far as the file alone tells."""
    parts = (*floor.except_, *(step.table for step in floor.through))
    apart = floor.where_column or any(_overlap(word, glob) for word in parts)
    if any(str(word) == str(glob) for word in floor.tables) and not apart:
        return "stands"
    return "unknown" if any(_overlap(word, glob) for word in floor.tables) else None


def _overlap(word: Word, glob: Word) -> bool:
    one, other = parse_qname(word), parse_qname(glob)
    return (
        one is not None
        and other is not None
        and texts_overlap(one.schema, other.schema)
        and texts_overlap(one.name, other.name)
    )
