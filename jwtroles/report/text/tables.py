"""One block per table: row security, the floor, and one line per access."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jwtroles.compiler.access import matching
from jwtroles.errors import Collector
from jwtroles.kinds.acl import Grant
from jwtroles.names import QName, is_glob
from jwtroles.report.text.access import Access, of_policy, other_policies, row_of
from jwtroles.report.text.fold import fold
from jwtroles.report.text.layout import SIGNS, Block, Row
from jwtroles.report.text.sheet import Section, Sheet, always, counted, table_name
from jwtroles.spec.model import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jwtroles.kinds.base import Change
    from jwtroles.kinds.policy import Policy
    from jwtroles.kinds.table_security import TableSecurity
    from jwtroles.planner.model import Step

_ORDER: Mapping[str, int] = {command: number for number, command in enumerate(("all", *COMMANDS))}
_KINDS = {"v": "view", "m": "materialized view", "f": "foreign table"}


@dataclass(slots=True)
class Table:
    """What changes on one table: its row security, its policies, its grants."""

    name: QName
    security: Step | None = None
    policies: list[Step] = field(default_factory=list)
    grants: list[Step] = field(default_factory=list)
    partitions: dict[int, list[Step]] = field(default_factory=dict)
    """Steps of partitions that say the same as a step of this table, by the id of that step."""

    def add(self, step: Step) -> None:
        """Note a step of this table."""
        if step.change.kind == "table_security":
            self.security = step
        else:
            (self.policies if step.change.kind == "policy" else self.grants).append(step)

    @property
    def steps(self) -> Iterator[Step]:
        """Every step of the table itself."""
        yield from ([self.security] if self.security else [])
        yield from self.policies
        yield from self.grants


def blocks(sheet: Sheet, steps: Sequence[Step]) -> list[Block]:
    """Tell tables in name order; blocks and lines that many tables share are told once."""
    tables: dict[QName, Table] = {}
    for step in steps:
        name = _table(step.change)
        tables.setdefault(name, Table(name)).add(step)
    kept = _with_partitions(sheet, tables)
    return fold([(name, _block(sheet, kept[name])) for name in sorted(kept)], sheet)


def _table(change: Change[Any]) -> QName:
    subject = change.subject
    name: QName = subject.object.name if isinstance(subject, Grant) else subject.table
    return name


def _with_partitions(sheet: Sheet, tables: dict[QName, Table]) -> dict[QName, Table]:
    """Move what a partition shares with its uppermost parent there, step by step."""
    kept = dict(tables)
    for name, table in tables.items():
        parent = tables.get(_root(sheet, name))
        if parent is None or parent is table:
            continue
        alike = {_face(step.change): step for step in parent.steps}
        left = Table(name)
        for step in table.steps:
            twin = alike.get(_face(step.change))
            if twin is None:
                left.add(step)
            else:
                parent.partitions.setdefault(id(twin), []).append(step)
        if any(left.steps):
            kept[name] = left
        else:
            del kept[name]
    return kept


def _root(sheet: Sheet, name: QName) -> QName:
    relation = sheet.plan.structure.relations.get(name)
    while relation is not None and relation.partition and relation.parent is not None:
        name = relation.parent
        relation = sheet.plan.structure.relations.get(name)
    return name


def _face(change: Change[Any]) -> object:
    """Return what a change says, apart from the table it is on."""
    return (change.kind, *(_FACES[change.kind](item) for item in (change.before, change.after)))


def _security_face(item: TableSecurity | None) -> object:
    return item and (item.enabled, item.forced)


def _policy_face(item: Policy | None) -> object:
    return item and (item.name, item.permissive, item.command, item.roles, item.using, item.check)


def _grant_face(item: Grant | None) -> object:
    return item and (item.grantee, item.privilege, item.right)


_FACES: Mapping[str, Any] = {
    "table_security": _security_face,
    "policy": _policy_face,
    "acl": _grant_face,
}


def _block(sheet: Sheet, table: Table) -> Block:
    accesses: dict[tuple[str, str], Access] = {}
    others: list[Step] = []
    for step in table.grants:
        grant: Grant = step.change.subject
        key = (grant.grantee, grant.privilege.lower())
        accesses.setdefault(key, Access(key[0], table.name, key[1])).grant = step
    for step in table.policies:
        # An extra policy may carry any name; only what the file would call so belongs to a grant.
        key = of_policy(step.change.subject) or ("", "")
        if key[1] in COMMANDS:
            accesses.setdefault(key, Access(key[0], table.name, key[1])).policy = step
        else:
            others.append(step)
    floors = [row for row in other_policies(sheet, others) if row.head.startswith("floor")]
    rest = [row for row in other_policies(sheet, others) if not row.head.startswith("floor")]
    listed = sorted(accesses.values(), key=lambda a: (a.role, _ORDER.get(a.command, 9), a.command))
    rows = [*floors, *(row_of(sheet, access) for access in listed), *rest]
    told = tuple(_with_twins(table, row) for row in rows)
    title = table_name(table.name)
    if (root := _root(sheet, table.name)) != table.name:
        title += f", a partition of {table_name(root)}"
    right = _security_words(sheet, table)
    security = () if table.security is None else (table.security, *_twins(table, table.security))
    return Block(title, told, right, security)


def _twins(table: Table, step: Step) -> list[Step]:
    return table.partitions.get(id(step), [])


def _with_twins(table: Table, row: Row) -> Row:
    """Let a row stand for the partitions' steps as well, and say so where the title does not."""
    twins = [twin for step in row.steps for twin in _twins(table, step)]
    if not twins:
        return row
    text, told = row.text, len(_twins(table, table.security)) if table.security else 0
    number = len({_table(twin.change) for twin in twins})
    if number != told:
        text += f", and on {counted(number, 'partition')}"
    return Row(row.sign, row.head, row.word, text, row.right, row.details, (*row.steps, *twins))


def _security_words(sheet: Sheet, table: Table) -> str:
    """Return what the title says about row security: what changes, or that there is none."""
    if table.security is not None:
        twins = len(_twins(table, table.security))
        also = f", and {counted(twins, 'partition')}" if twins else ""
        return _switch(table.security.change) + also
    relation = sheet.plan.structure.relations.get(table.name)
    if relation is None or relation.kind in _KINDS:
        return _KINDS.get(relation.kind, "") if relation else ""
    added = SIGNS["add"] in {SIGNS[step.change.verb] for step in table.steps}
    wanted = sheet.plan.desired["table_security"].get(table.name)
    if not added or relation.secured or (wanted is not None and wanted.enabled):
        return ""
    return ", ".join(filter(None, (_excepted(sheet, table.name), "row security stays off")))


def _switch(change: Change[TableSecurity]) -> str:
    old, new = (
        (item.enabled, item.forced) if item else (False, False)
        for item in (change.before, change.after)
    )
    words = [
        f"{what} {_on(before)} → {_on(after)}"
        for what, before, after in zip(("row security", "forced"), old, new, strict=True)
        if before != after
    ]
    return ", ".join(words) or "row security"


def _on(value: object) -> str:
    return "on" if value else "off"


def _excepted(sheet: Sheet, name: QName) -> str:
    """Say that the file takes a table out of a floor."""
    for floor in sheet.spec.tenancy:
        plain = [word for word in floor.except_ if not is_glob(word)]
        if name in matching(plain, sheet.plan.structure, Collector()):
            return "no floor (tenancy.except)"
    return ""


def _on_table(change: Change[Grant], _sheet: Sheet) -> bool:
    return change.subject.object.cls == "table"


SECTION = Section("", {"table_security": always, "policy": always, "acl": _on_table}, blocks, gap=1)
