"""jwtroles' own schema: one line for what is new, a line each for what was tampered with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles.kinds.acl import Grant
from jwtroles.names import OWN_SCHEMA
from jwtroles.planner.describe import describe
from jwtroles.report.problems import visible
from jwtroles.report.text.access import columns_text
from jwtroles.report.text.layout import SIGNS, Block, Row
from jwtroles.report.text.layout import Right as Edge
from jwtroles.report.text.sheet import (
    RELEASED,
    Picker,
    Section,
    Sheet,
    always,
    counted,
    effect_word,
    in_own_schema,
    released,
    shown,
    shown_all,
    sign_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jwtroles.kinds.base import Change
    from jwtroles.planner.model import Step

ADD = SIGNS["add"]
_NOUNS: Mapping[str, str] = {
    "own_table": "table",
    "function": "function",
    "curve_multiple": "base point",
    "ticket_secret": "secret of tickets",
}


def blocks(sheet: Sheet, steps: Sequence[Step]) -> list[Block]:
    """Fold what comes or goes as a whole into one line, and who may use it into one for each role.

    What goes without the schema has a line each: somebody took it away, or another version left it.
    """
    objects = [step for step in steps if not isinstance(step.change.subject, Grant)]
    grants = [step for step in steps if isinstance(step.change.subject, Grant)]
    new = [step for step in objects if step.change.verb == "add"]
    first = any(step.change.kind == "own_schema" for step in new)
    along = [step for step in grants if first and step.change.verb == "add"]
    going = [step for step in objects if step.change.verb == "remove"]
    if not any(step.change.kind == "own_schema" for step in going):
        going = []
    let_go = [step for step in objects if released(step.change)]
    rows = [*_together(sheet, new, along), *_together(sheet, going, ()), *_let_go(sheet, let_go)]
    others = [step for step in objects if step not in (*new, *going, *let_go)]
    rows += [_single(sheet, step) for step in others]
    rows += _rights(sheet, [step for step in grants if step not in along])
    if sheet.verbose and along:
        rows += _rights(sheet, along, told=False)
    return [Block("", tuple(rows))] if rows else []


def _together(sheet: Sheet, steps: Sequence[Step], along: Sequence[Step]) -> Iterator[Row]:
    """Fold what comes, or what goes with the schema, into one line with how many there are."""
    if not steps:
        return
    counts = [
        counted(number, noun)
        for kind, noun in _NOUNS.items()
        if (number := sum(step.change.kind == kind for step in steps))
    ]
    text = ", ".join(counts)
    if not sheet.verbose and len(counts) > 1:
        text += " (--verbose lists them)"
    sign = sign_of(steps)
    edge = Edge() if sign == ADD else Edge(place=sheet.plan.gone)
    yield Row(sign, OWN_SCHEMA, "", text, edge, steps=(*steps, *along))
    if sheet.verbose:
        for step in steps:
            if step.change.kind in _NOUNS:
                yield Row("", "", "", visible(describe(step.change)))


def _let_go(sheet: Sheet, steps: Sequence[Step]) -> Iterator[Row]:
    """Fold what only loses its mark into one line."""
    if not steps:
        return
    edge = Edge(effect_word(steps))
    listed = "" if sheet.verbose else " (--verbose lists them)"
    yield Row(SIGNS["alter"], OWN_SCHEMA, "", f"{RELEASED}{listed}", edge, steps=tuple(steps))
    if sheet.verbose:
        for step in steps:
            yield Row("", "", "", visible(describe(step.change)))


def _single(sheet: Sheet, step: Step) -> Row:
    sign = sign_of([step])
    edge = Edge(effect_word([step])) if sign == SIGNS["alter"] else Edge(place=sheet.plan.gone)
    return Row(sign, OWN_SCHEMA, "", visible(describe(step.change)), edge, steps=(step,))


def _rights(sheet: Sheet, grants: Sequence[Step], *, told: bool = True) -> Iterator[Row]:
    """Give a line for each role whose rights in the schema change, with the objects."""
    groups: dict[tuple[str, str], list[Step]] = {}
    for step in grants:
        groups.setdefault((sign_of([step]), step.change.subject.grantee), []).append(step)
    leaving = {s.change.key for s in sheet.plan.steps if s.change.kind == "role"
               and s.change.after is None}  # fmt: skip
    follow: dict[str, list[Step]] = {}
    for (sign, grantee), group in sorted(groups.items()):
        if (sign == ADD or grantee in leaving) and sheet.of_file and not sheet.verbose:
            follow.setdefault(sign, []).extend(group)
            continue
        edge = Edge() if sign == ADD else sheet.edge(group)
        steps = tuple(group) if told else ()
        yield Row(
            sign if told else "",
            OWN_SCHEMA,
            shown(grantee),
            _named(sheet, group),
            edge,
            steps=steps,
        )
    for sign, group in follow.items():
        grantees = shown_all(sorted({step.change.subject.grantee for step in group}))
        text = f"{counted(len(group), 'right')} for {grantees} (--verbose lists them)"
        yield Row(sign, OWN_SCHEMA, "", text, steps=tuple(group))


def _named(sheet: Sheet, group: Sequence[Step]) -> str:
    """Return `select on claim_role; execute on claims(), claim_sub()`."""
    objects: dict[str, list[str]] = {}
    for step in group:
        grant: Grant = step.change.subject
        name = sheet.object_name(grant.object).removeprefix(f"{OWN_SCHEMA}.")
        words = columns_text(sheet, step, grant.origin).removeprefix("all columns").strip(", ")
        objects.setdefault(grant.privilege.lower(), []).append(
            " ".join(filter(None, (name, words)))
        )
    return "; ".join(f"{what} on {', '.join(names)}" for what, names in objects.items())


def _inside(change: Change[Any], _sheet: Sheet) -> bool:
    return in_own_schema(change)


_PICKS: Mapping[str, Picker] = {
    "own_schema": always,
    "own_table": always,
    "function": _inside,
    "acl": _inside,
    "curve_multiple": always,
    "ticket_secret": always,
}

SECTION = Section("jwtroles' own schema", _PICKS, blocks, group="own")
