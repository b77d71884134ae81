"""Other objects: everything that is no table, and what PUBLIC loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from jwtroles.kinds.acl import built_in
from jwtroles.kinds.base import Change
from jwtroles.kinds.object_ref import IN_SCHEMA, ObjectClass
from jwtroles.names import PUBLIC
from jwtroles.report.text.access import columns_text
from jwtroles.report.text.layout import SIGNS, Block, Row
from jwtroles.report.text.layout import Right as Edge
from jwtroles.report.text.sheet import (
    Section,
    Sheet,
    counted,
    effect_word,
    in_own_schema,
    origin_of,
    shown,
    sign_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jwtroles.catalog import Catalog
    from jwtroles.kinds.acl import Grant
    from jwtroles.planner.model import Step


def blocks(sheet: Sheet, steps: Sequence[Step]) -> list[Block]:
    """Tell grants object by object; USAGE on a schema follows from what is granted inside it."""
    follows = [step for step in steps if not sheet.verbose and _follows(sheet, step)]
    groups: dict[tuple[object, ...], list[Step]] = {}
    for step in steps:
        if step not in follows:
            grant: Grant = step.change.subject
            sign = sign_of([step])
            alone = step.change.key if sign == SIGNS["alter"] else None
            key = (_CLASSES.index(grant.object.cls), grant.object, sign, grant.grantee, alone)
            groups.setdefault((*key, origin_of(step).place), []).append(step)
    rows = [_row(sheet, group) for _, group in sorted(groups.items(), key=lambda g: str(g[0]))]
    rows += _usage(follows)
    return [Block("", tuple(rows))] if rows else []


_CLASSES = get_args(ObjectClass)


_NOUNS = {
    "type": "type",
    "schema": "schema",
    "database": "database",
    "large_object": "large object",
}


def _follows(sheet: Sheet, step: Step) -> bool:
    """Tell whether USAGE on a schema comes with the first right in it, or goes with the last."""
    grant: Grant = step.change.subject
    if grant.object.cls != "schema" or grant.privilege != "USAGE" or step.change.verb == "alter":
        return False
    plan = sheet.plan
    without, having = (plan.current, plan.desired)[:: 1 if step.change.verb == "add" else -1]
    schema, role = grant.object.name.name, grant.grantee
    return _has_rights(having, schema, role) and not _has_rights(without, schema, role)


def _has_rights(catalog: Catalog, schema: str, role: str) -> bool:
    """Tell whether a role has a right on anything in a schema."""
    return any(
        acl.object.cls in IN_SCHEMA and acl.object.name.schema == schema
        for acl in catalog["acl"].values()
        if any(grantee == role for grantee, _ in acl.rights)
    )


def _usage(steps: Sequence[Step]) -> Iterator[Row]:
    """Fold USAGE that follows into a line per schema and sign."""
    groups: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        schema = step.change.subject.object.name.name
        groups.setdefault((schema, sign_of([step])), []).append(step)
    for (schema, sign), group in sorted(groups.items()):
        roles = counted(len({step.change.subject.grantee for step in group}), "role")
        rights = "with rights" if sign == SIGNS["add"] else "without rights"
        text = f"usage for {roles} {rights} in it (--verbose lists them)"
        yield Row(sign, f"schema {shown(schema)}", "", text, steps=tuple(group))


def _row(sheet: Sheet, steps: Sequence[Step]) -> Row:
    """Return the line of one grantee's privileges on one object."""
    grant: Grant = steps[0].change.subject
    ref = grant.object
    text = ", ".join(_privilege(sheet, step) for step in steps)
    name = sheet.object_name(ref)
    if ref.cls == "default":
        name = f"new {ref.name.name.lower()}"
        name += f" in {shown(ref.name.schema)}" if ref.name.schema else ""
        text += f", by default privileges of {shown(ref.arguments)}"
    elif ref.cls in _NOUNS:
        name = f"{_NOUNS[ref.cls]} {name}"
    sign = sign_of(steps)
    edge = sheet.edge(steps)
    given = {step.change.subject.privilege for step in steps}
    if sign == SIGNS["remove"] and grant.grantee == PUBLIC and given <= built_in(ref):
        # PUBLIC may EXECUTE every new function, for example (manual section 5.8).
        edge = Edge(place="; ".join(filter(None, ("PostgreSQL's default", sheet.plan.gone))))
    elif sign == SIGNS["alter"]:
        edge = Edge(effect_word(steps), edge.glob, edge.place)
    return Row(sign, name, shown(grant.grantee), text, edge, steps=tuple(steps))


def _privilege(sheet: Sheet, step: Step) -> str:
    words = columns_text(sheet, step, origin_of(step)).replace("all columns", "").strip()
    return " ".join(filter(None, (step.change.subject.privilege.lower(), words)))


def _elsewhere(change: Change[Grant], _sheet: Sheet) -> bool:
    return not in_own_schema(change)


SECTION = Section("Other objects", {"acl": _elsewhere}, blocks, group="objects")
