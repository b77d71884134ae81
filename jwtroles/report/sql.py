"""A plan as a script for psql: nothing shortened, statements with their lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len

from jwtroles import __version__
from jwtroles.kinds.base import Phase, Statement
from jwtroles.planner.script import Line, lines, preamble
from jwtroles.report.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.errors import Place
    from jwtroles.planner.model import Batch, Plan
    from jwtroles.spec.model import Spec

WIDTH = 100
"""A comment stands behind its statement where both fit, else in front of it."""

_LINE_END = re.compile(r"[\r\n]")
_POLICY = re.compile(r"(CREATE|ALTER) POLICY ")
_TOKEN = re.compile(
    r"""[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\ USING|\ WITH\ CHECK|.""", re.DOTALL
)
"""Strings and quoted names whole; a word of SQL is never inside one."""

LOCK_TIMEOUT = "2s"
"""How long a statement may wait for a lock, unless apply is told otherwise."""

HEADINGS = {
    Phase.RENAME_ROLES: "rename roles",
    Phase.RENAME: "rename",
    Phase.UNMAP: "unmap",
    Phase.UNMEMBER: "end memberships",
    Phase.ROLES: "roles",
    Phase.BORROW: "borrow",
    Phase.BORROW_NEW: "borrow",
    Phase.MACHINERY: "schema jwtroles",
    Phase.LOOKUP_RIGHTS: "lookups' rights",
    Phase.LOOKUPS: "lookups",
    Phase.TIGHTEN: "tighten",
    Phase.ENABLE: "row security",
    Phase.CLOSE: "close schemas",
    Phase.DEFINER_RIGHTS: "definers' rights",
    Phase.DEFINERS: "definers",
    Phase.LOOSEN: "loosen",
    Phase.MEMBERSHIPS: "memberships",
    Phase.MAPPING: "map",
    Phase.DROP: "drop",
    Phase.RETURN: "give back",
}


def render_sql(plan: Plan, spec: Spec) -> str:
    """Return the script, without a final line end."""
    return "\n".join(_script(plan, spec))


def heading(plan: Plan) -> str:
    """Return the comment that says which plan this is."""
    target = plan.project + (f" → {plan.environment}" if plan.environment else "")
    if plan.like is not None:
        target = f"{plan.project}: {plan.like.source} → {plan.like.target}"
    return f"-- jwtroles {__version__} · {visible(target)} · plan {plan.id} · spec {plan.digest}"


def _script(plan: Plan, spec: Spec) -> Iterator[str]:
    yield heading(plan)
    if plan.empty:
        yield "-- in sync"
        return
    for number, batch in enumerate(plan.batches, 1):
        if len(plan.batches) > 1:
            yield f"-- transaction {number} of {len(plan.batches)}"
        yield "BEGIN;"
        yield from inside(batch, spec)
        yield "COMMIT;"


def inside(batch: Batch, spec: Spec) -> Iterator[str]:
    """Give the lines of a transaction, without its begin and its end."""
    for sql in preamble(LOCK_TIMEOUT):
        yield f"{sql};"
    phase = None
    for line, begins in _with_phases(lines(batch.statements)):
        if begins is not None and begins is not phase:
            phase = begins
            yield f"-- {HEADINGS[phase]}"
        yield from _statement(line, spec)


def _with_phases(all_lines: Iterable[Line]) -> Iterator[tuple[Line, Phase | None]]:
    """Give each line with the phase that it belongs to: a change of role, with what comes next."""
    waiting: list[Line] = []
    for line in all_lines:
        waiting.append(line)
        if line.statement is not None:
            yield from ((one, line.statement.phase) for one in waiting)
            waiting = []
    yield from ((one, None) for one in waiting)


def _statement(line: Line, spec: Spec) -> Iterator[str]:
    """Give a statement and its comment, which never stands where a line of it goes on."""
    comment = _comment(line.statement, spec) if line.statement else ""
    if line.statement is not None and line.statement.copied is not None:
        yield f"-- {line.sql}   -- {comment}"
        return
    beside = f"{line.sql};   -- {comment}"
    if comment and not _LINE_END.search(line.sql) and cell_len(beside) <= WIDTH:
        yield beside
        return
    if comment:
        yield f"-- {comment}"
    yield f"{laid_out(line.sql)};"


def laid_out(sql: str) -> str:
    """Break a long policy before USING and WITH CHECK; everything else stays as it is."""
    if cell_len(sql) < WIDTH or not _POLICY.match(sql) or "$" in sql or _LINE_END.search(sql):
        return sql
    depth, pieces = 0, []
    for token in _TOKEN.findall(sql):
        depth += (token == "(") - (token == ")")  # noqa: S105 - brackets
        clause = depth == 0 and token in (" USING", " WITH CHECK")
        pieces.append(f"\n {token}" if clause else token)
    return "".join(pieces)


def _comment(statement: Statement, spec: Spec) -> str:
    """Return the lines of the file behind a statement, and its note."""
    origin = statement.origin
    places = sorted(
        {_place(place, spec) for place in (origin.place, *origin.also) if place is not None},
    )
    words = " ".join(text for _, text in places)
    return ", ".join(filter(None, (words, visible(statement.note))))


def _place(place: Place, spec: Spec) -> tuple[tuple[str, int], str]:
    name = place.source.name
    same = name == spec.source.name
    return (name, place.line), f":{place.line}" if same else f"{visible(name)}:{place.line}"
