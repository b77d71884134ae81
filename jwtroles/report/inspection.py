"""A token that was judged, as a person reads it. The token itself is never shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.cells import cell_len

from jwtroles.report.problems import visible
from jwtroles.report.text.layout import Page
from jwtroles.report.text.sheet import shown
from jwtroles.report.text.tokens import condition_words, rule_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.spec.model import Spec
    from jwtroles.tokens.ask import Answer
    from jwtroles.tokens.inspection import Inspection
    from jwtroles.tokens.mapping import Tried

_SIGNS = {True: "✓", False: "✗", None: "?"}


def render_inspection(
    found: Inspection, spec: Spec, width: int, answers: tuple[Answer, ...] = ()
) -> str:
    """Return what would come of a token, and why."""
    page = Page(width)
    return "\n".join(
        line
        for lead, text in _lines(found, spec, answers)
        for line in page.paragraph(text, lead, " " * cell_len(lead))
    )


Line = tuple[str, str]
"""A lead, and a text that goes on beside it."""


def _lines(found: Inspection, spec: Spec, answers: tuple[Answer, ...]) -> Iterator[Line]:
    yield "", "Header"
    yield from _members(found.parts.header)
    yield "", "Claims"
    yield from _members(found.parts.claims)
    yield "", "Checks"
    for check in found.checks:
        yield f" {_SIGNS[check.holds]} {check.name:10} ", visible(check.said)
    yield "", "Mapping"
    if not found.trials:
        yield " ✗ ", "the file maps no token to a role"
    for one in found.trials:
        yield from _trial(one)
    if found.trials and found.role is None and not found.trials[-1].refused:
        yield " ✗ ", "no rule holds: the token becomes nothing"
    if found.role is not None:
        yield "", f"What {shown(found.role)} may do"
        yield from _rights(found.role, spec)
    if answers:
        yield "", "The database"
        yield from map(_answer, answers)


def _members(members: dict[str, object]) -> Iterator[Line]:
    width = max(map(len, members), default=0)
    for name, value in members.items():
        text = json.dumps(value, ensure_ascii=False, default=float)
        yield f"   {visible(name):{width}}  ", visible(text)


def _trial(one: Tried) -> Iterator[Line]:
    place = f":{one.row.origin.place.line}" if one.row.origin.place else ""
    rule = f"{rule_words(one.row)} → {shown(one.row.role)}"
    yield f" {_SIGNS[one.failed is None]} {one.row.position:2}  ", f"{rule}  {place}".rstrip()
    if one.refused:
        yield "       ", "the token is refused, and no further rule is tried"
    elif one.failed is not None and len(json.loads(one.row.conditions)) > 1:
        yield "       ", f"not so: {condition_words(dict(one.failed))}"


def _rights(role: str, spec: Spec) -> Iterator[Line]:
    """Yield the accesses of a role and of those that it inherits; `plan` has columns and rows."""
    told: dict[str, list[str]] = {}
    roles = {str(name): one for name, one in spec.roles.items()}
    for name in _with_parents(role, spec):
        role_of_file = roles[name]
        for table, accesses in role_of_file.tables.items():
            told.setdefault(str(table), []).extend(
                f"no {access.command}"
                if access.nothing
                else access.command + (" (narrowed)" if access.columns or access.rows else "")
                for access in accesses
            )
        for _, subject, privileges in role_of_file.objects():
            told.setdefault(str(subject), []).extend(privileges)
        for query in spec.queries.values():
            if name in query.grant:
                told.setdefault(str(query.name), []).append("run the query")
        for view in spec.views.values():
            if name in view.grant:
                told.setdefault(str(view.name), []).append("select")
    for what, words in told.items():
        yield f"   {visible(what):30} ", ", ".join(dict.fromkeys(map(str, words)))
    if not told:
        yield "   ", "nothing"


def _with_parents(role: str, spec: Spec) -> list[str]:
    names = {str(name): one for name, one in spec.roles.items()}
    found: list[str] = []
    todo = [role]
    while todo:
        name = todo.pop(0)
        if name in names and name not in found:
            found.append(name)
            todo += map(str, names[name].inherits)
    return found


def _answer(answer: Answer) -> Line:
    login = shown(answer.login)
    if not answer.asked:
        return " ? ", f"{login}: not asked, the connected role may not act as it ({answer.reason})"
    if answer.role is None:
        return " ✗ ", f"{login} is refused: {visible(answer.reason)}"
    return " ✓ ", f"{login} becomes {shown(answer.role)}"
