"""Views, queries and lookups: what they show and to whom, with their own roles' rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles.kinds.acl import Grant
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.own_schema import LOOKUP, is_lookup
from jwtroles.names import QName, parse_qname
from jwtroles.report.problems import visible
from jwtroles.report.text.layout import SIGNS, Block, Detail, Row
from jwtroles.report.text.sheet import (
    RELEASED,
    Section,
    Sheet,
    in_own_schema,
    released,
    seen,
    shown,
    shown_all,
    sign_of,
    table_name,
)
from jwtroles.spec import model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jwtroles.kinds.base import Change
    from jwtroles.kinds.function import Function
    from jwtroles.kinds.view import View
    from jwtroles.planner.model import Step

ADD, ALTER, REMOVE = SIGNS["add"], SIGNS["alter"], SIGNS["remove"]

Owned = tuple[str, Any]
"""The kind and the key of a view or a query."""


def blocks(sheet: Sheet, steps: Sequence[Step]) -> list[Block]:
    """Tell each view and query with who may use it; then what is left of their roles' rights."""
    groups: dict[Owned, list[Step]] = {}
    for step in steps:
        groups.setdefault(_owned(sheet, step.change), []).append(step)
    rows = [
        row for key in sorted(groups, key=_views_first) for row in _rows(sheet, key, groups[key])
    ]
    return [Block("", tuple(rows))] if rows else []


def _views_first(owned: Owned) -> tuple[bool, str]:
    return owned[0] != "view", str(owned[1])


def _owned(sheet: Sheet, change: Change[Any]) -> Owned:
    """Return which view or query a change is told with."""
    if change.kind in ("view", "function"):
        return change.kind, change.key
    subject = change.subject
    if isinstance(subject, Grant):
        found = _target(sheet, subject.object)
        return found or sheet.definers.get(subject.grantee, ("role", subject.grantee))
    (role,) = subject.roles
    return sheet.definers.get(role, ("role", role))


def _target(sheet: Sheet, ref: ObjectRef) -> Owned | None:
    """Return the view or query that a grant is on, if it is one of ours."""
    keys: Mapping[str, Owned] = {
        "table": ("view", ref.name),
        "function": ("function", (ref.name, ref.arguments)),
    }
    found = keys.get(ref.cls)
    return found if found in sheet.definers.values() else None


def _rows(sheet: Sheet, owned: Owned, steps: Sequence[Step]) -> Iterator[Row]:
    kind, key = owned
    itself = next((s for s in steps if s.change.kind == kind and s.change.key == key), None)
    given = [s for s in steps if s is not itself and _is_given(sheet, s.change, owned)]
    inner = [s for s in steps if s is not itself and s not in given]
    name = _name(owned)
    if itself is not None and itself.change.verb != "alter":
        # What comes or goes with the view itself is told in its line.
        sign = SIGNS[itself.change.verb]
        along = [s for s in given if SIGNS[s.change.verb] == sign]
        told = (itself, *along, *inner)
        yield _whole(sheet, itself, name, along, told)
        given = [s for s in given if s not in along]
        inner = []
    elif itself is not None:
        yield _altered(sheet, itself, name, (itself, *inner))
        inner = []
    for step in given:
        grant: Grant = step.change.subject
        sign = sign_of([step])
        what = grant.privilege.lower()
        yield Row(sign, name, shown(grant.grantee), what, sheet.edge([step]), steps=(step,))
    for step in inner:
        text = f"its own role: {_inner(sheet, step.change)}"
        yield Row(sign_of([step]), name, "", text, sheet.edge([step]), steps=(step,))


def _is_given(sheet: Sheet, change: Change[Any], owned: Owned) -> bool:
    subject = change.subject
    return isinstance(subject, Grant) and _target(sheet, subject.object) == owned


def _name(owned: Owned) -> str:
    kind, key = owned
    if kind == "view":
        return table_name(key)
    if kind == "function":
        name, arguments = key
        if is_lookup(name):
            return shown(name.name.removeprefix(LOOKUP))
        return f"{table_name(name)}({visible(arguments)})"
    return shown(str(key))


def _whole(
    sheet: Sheet, step: Step, name: str, along: Sequence[Step], told: tuple[Step, ...]
) -> Row:
    grants = [s.change.subject for s in along]
    wanted = {"view": "SELECT", "function": "EXECUTE"}[step.change.kind]
    readers = sorted({g.grantee for g in grants if g.privilege == wanted})
    more = sorted({f"{g.privilege.lower()} for {shown(g.grantee)}" for g in grants
                   if g.privilege != wanted})  # fmt: skip
    text, details = _shape(sheet, step)
    text = "  ".join(filter(None, (text, "; also " + ", ".join(more) if more else "")))
    sign = SIGNS[step.change.verb]
    return Row(sign, name, shown_all(readers), text, sheet.edge([step]), details, told)


def _altered(sheet: Sheet, step: Step, name: str, told: tuple[Step, ...]) -> Row:
    if released(step.change):
        return Row(ALTER, name, "", RELEASED, sheet.edge([step]), steps=told)
    text, details = _shape(sheet, step)
    before = [Detail("was", seen(part)) for part in _BEFORE[step.change.kind](step.change)]
    old, new = step.change.before, step.change.after
    if old is not None and new is not None and old.name != new.name:
        before.insert(0, Detail("was", table_name(old.name)))
    return Row(ALTER, name, "", text, sheet.edge([step]), (*details, *before), told)


def _shape(sheet: Sheet, step: Step) -> tuple[str, tuple[Detail, ...]]:
    """Return what a view or query shows, in the file's words."""
    if step.change.after is None:
        return "", ()
    return _SHAPES[step.change.kind](sheet, step.change.after)


def _view_shape(sheet: Sheet, view: View) -> tuple[str, tuple[Detail, ...]]:
    declared = sheet.spec.views.get(model.Word(str(view.name))) if sheet.of_file else None
    if declared is None:
        return "", (Detail("as", seen(view.sql or view.definition)),)
    table = parse_qname(declared.from_)
    known = sheet.plan.structure.columns(table.schema, table.name) if table else None
    columns: list[str] = []
    details: list[Detail] = []
    for column, expression in declared.columns.items():
        plain = column == expression
        masked = " (masked)" if column in (known or ()) else " (computed)"
        columns.append(shown(column) + ("" if plain else masked))
        if not plain and sheet.verbose:
            details.append(Detail(shown(column), seen(expression)))
    text = ", ".join(columns)
    if declared.rows is not None:
        rows = seen(declared.rows)
        if "\n" in rows or len(text) + len(rows) > _SHORT:
            details.insert(0, Detail("rows", rows))
        else:
            text += f"  rows  {rows}"
    return text, tuple(details)


_SHORT = 44


def _query_shape(sheet: Sheet, function: Function) -> tuple[str, tuple[Detail, ...]]:
    if not sheet.of_file:
        return visible(function.returns), (Detail("sql", seen(function.body)),)
    if is_lookup(function.name):
        name = model.Word(function.name.name.removeprefix(LOOKUP))
        lookup = sheet.spec.lookups.get(name)
        return visible(function.returns), (Detail("sql", seen(lookup.sql)),) if lookup else ()
    declared = sheet.spec.queries.get(model.Word(str(function.name)))
    sql = seen(declared.sql) if declared else ""
    return "", (Detail("sql", sql),) if sheet.verbose and sql else ()


_SHAPES: Mapping[str, Callable[[Sheet, Any], tuple[str, tuple[Detail, ...]]]] = {
    "view": _view_shape,
    "function": _query_shape,
}


def _view_before(change: Change[View]) -> Iterator[str]:
    before, after = change.before, change.after
    if before is None or after is None:
        return
    if before.definition != after.definition:
        yield before.definition
    for what, old, new in (
        ("owned by {}", before.owner, after.owner),
        ("security_barrier = {}", before.barrier, after.barrier),
        ("security_invoker = {}", before.invoker, after.invoker),
        ("comment {}", before.comment, after.comment),
        ("project {}", before.project, after.project),
    ):
        if old != new:
            yield what.format(old)


def _function_before(change: Change[Function]) -> Iterator[str]:
    before, after = change.before, change.after
    if before is None or after is None:
        return
    if before.body != after.body:
        yield before.body
    for name in ("returns", "owner", "language", "volatility", "parallel", "definer", "settings",
                 "atomic", "comment", "project"):  # fmt: skip
        if getattr(before, name) != getattr(after, name):
            yield f"{name}: {getattr(before, name)}"


_BEFORE: Mapping[str, Callable[[Any], Iterator[str]]] = {
    "view": _view_before,
    "function": _function_before,
}


def _inner(sheet: Sheet, change: Change[Any]) -> str:
    """Return what a view's or query's own role may do, in a few words."""
    subject = change.subject
    if isinstance(subject, Grant):
        columns = subject.right.columns
        order = sheet.in_order(columns or (), subject.object.name, subject.origin, "select")
        listed = f" {shown_all(order)}" if columns is not None else ""
        where = "in" if subject.object.cls == "schema" else "of"
        return f"{subject.privilege.lower()}{listed} {where} {sheet.object_name(subject.object)}"
    table: QName = subject.table
    return f"{subject.command} rows of {table_name(table)}: policy {shown(subject.name)}"


def _ours(change: Change[Any], _sheet: Sheet) -> bool:
    return not in_own_schema(change)


def _of_definer(change: Change[Any], sheet: Sheet) -> bool:
    """Tell whether a grant is on one of ours, or held by one of their roles."""
    subject: Grant = change.subject
    if in_own_schema(change):
        return False
    return _target(sheet, subject.object) is not None or subject.grantee in sheet.own_roles


def _definer_policy(change: Change[Any], sheet: Sheet) -> bool:
    roles = change.subject.roles
    return len(roles) == 1 and roles <= sheet.own_roles and change.subject.permissive


SECTION = Section(
    "Views and queries",
    {"view": _ours, "function": _ours, "acl": _of_definer, "policy": _definer_policy},
    blocks,
    group="objects",
)


def _is_lookup(change: Change[Function], _sheet: Sheet) -> bool:
    return is_lookup(change.subject.name)


def _of_lookup(change: Change[Grant], sheet: Sheet) -> bool:
    """Tell whether a grant is on a lookup, or held by the role of one."""
    grant = change.subject
    return is_lookup(grant.object.name) or sheet.owns_lookup(grant.grantee)


def _lookup_policy(change: Change[Any], sheet: Sheet) -> bool:
    return _definer_policy(change, sheet) and all(map(sheet.owns_lookup, change.subject.roles))


LOOKUPS = Section(
    "Lookups",
    {"function": _is_lookup, "acl": _of_lookup, "policy": _lookup_policy},
    blocks,
    group="objects",
)
