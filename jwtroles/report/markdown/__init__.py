"""A plan as the comment of a pull request: the verdict, who gains and loses what, and the SQL.

GitHub takes 65,536 characters; what does not fit is left out by whole rows and sections, and the
comment says how many and which command shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.planner.model import worst_effect
from jwtroles.report.markdown.access import changed, matrix
from jwtroles.report.markdown.escape import bold, code, fenced, marker
from jwtroles.report.markdown.fit import LIMIT, Fixed, Piece, Section, Table, fitted
from jwtroles.report.markdown.verdict import MARKS, heading, sentence
from jwtroles.report.sql import render_sql
from jwtroles.report.text import footer, tables
from jwtroles.report.text.layout import MAX_WIDTH, Page
from jwtroles.report.text.sections import told_by_section
from jwtroles.report.text.sheet import Sheet, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.errors import JwtrolesError
    from jwtroles.planner.model import Plan, Step
    from jwtroles.report.text.layout import Row
    from jwtroles.spec.model import Spec


def render_markdown(
    plan: Plan,
    spec: Spec,
    allowed: tuple[str, ...] = (),
    *,
    plain: bool = False,
    saved: str = "",
) -> str:
    """Return a plan as Markdown, without a final line end; `plain` leaves the emoji out."""
    sheet = Sheet(plan, spec, saved=saved)
    name = plan.environment if plan.like is None else str(plan.like)
    top = f"{marker(plan.project, name)}\n{heading(plan, allowed, plain=plain)}"
    if plan.empty:
        return fitted([Fixed(top), *_noted(sheet), Fixed(_below(sheet))], LIMIT)
    return fitted([Fixed(top), *body(sheet, plain=plain), Fixed(_below(sheet))], LIMIT)


def body(sheet: Sheet, *, plain: bool) -> list[Piece]:
    """Return what stands between the verdict of a plan that changes something and its last line."""
    first = not sheet.plan.current["own_schema"]
    listed = [
        *_accesses(sheet, first=first, plain=plain),
        *_others(sheet, first=first, plain=plain),
    ]
    who = list(_who(sheet, first=first))
    return [
        *(who if first else []),
        *listed,
        Fixed(sentence(sheet.plan)),
        *_noted(sheet),
        *_sql(sheet),
        *([] if first else who),
    ]


def render_errors(
    error: JwtrolesError, whose: tuple[str, str] | None = None, *, plain: bool = False
) -> str:
    """Return errors as Markdown: the comment says what is wrong where a plan would stand.

    `whose` is the project and the environment that the plan would be of, where they are known.
    """
    from jwtroles.report.problems import render  # noqa: PLC0415 - the other half of a report

    mark = "" if plain else "⛔ "
    first = marker(*whose) if whose else "<!-- jwtroles -->"
    where = f" in {bold(whose[1])}" if whose and whose[1] else ""
    head = f"{first}\n### {mark}jwtroles: {counted(len(error.problems), 'error')}{where}"
    text = render(error, color=False, width=MAX_WIDTH)
    lost = "The errors are too long for a comment."
    return fitted([Fixed(head), Section(fenced(text, "text"), lost, weight=1)], LIMIT)


def _accesses(sheet: Sheet, *, first: bool, plain: bool) -> Iterator[Table]:
    steps = [s for section, blocks in told_by_section(sheet) if section is tables.SECTION
             for block in blocks for s in block.told]  # fmt: skip
    rows = tuple(
        (_mark(row.steps, plain=plain), code(row.role), code(row.table),
         row.command, row.before, row.after)
        for row in changed(sheet, steps)
    )  # fmt: skip
    if rows:
        titles = ("", "role", "table", "command", "before", "after")
        folded = f"Access, {counted(len(rows), 'change')}" if first else ""
        yield Table(titles, rows, "changes of access", _command(sheet), folded, weight=9)


def _others(sheet: Sheet, *, first: bool, plain: bool) -> Iterator[Table]:
    """Give what is not on a table: rules, roles, views and queries, other objects, our schema."""
    rows = []
    for section, blocks in told_by_section(sheet):
        title = section.title.partition(" (")[0] if section else ""
        listed = [row for block in blocks for row in block.rows]
        if section is tables.SECTION:
            continue
        for number, group in enumerate(_groups(listed)):
            steps = tuple(step for row in group for step in row.steps)
            where = title if number == 0 else ""
            change = "<br>".join(cell for row in group for cell in _lines(row))
            rows.append((_mark(steps, plain=plain), where, _what(group[0]), change))
    if rows:
        folded = f"Tokens, roles and other objects, {counted(len(rows), 'change')}" if first else ""
        titles = ("", "", "what", "change")
        yield Table(titles, tuple(rows), "other changes", _command(sheet), folded, weight=6)


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Put rows without a sign with the one above them, which they go on about."""
    groups: list[list[Row]] = []
    for row in rows:
        if row.sign.strip() or not groups:
            groups.append([row])
        else:
            groups[-1].append(row)
    return iter(groups)


def _what(row: Row) -> str:
    return " ".join(code(text) for text in (row.head.strip(), row.word) if text)


def _lines(row: Row) -> list[str]:
    """Return the texts of a row and of what stands below it, each as a line of a cell."""
    sign = row.sign.strip()
    said = row.text or ("" if row.details else _ALONE.get(sign, ""))
    lead = f"{sign} {said}" if sign else f"{row.head.strip()} {said}"
    lines = [lead, *(f"{detail.label} {detail.text}" for detail in row.details)]
    pieces = (" ".join(piece.split()) for line in lines for piece in line.split("\n"))
    return [code(piece) for piece in pieces if piece]


_ALONE = {"+": "new", "-": "goes"}
"""What is said of a row that has nothing to say but its sign."""


def _mark(steps: tuple[Step, ...], *, plain: bool) -> str:
    effect = worst_effect(steps)
    return effect.value.replace("_", " ") if plain else MARKS[effect]


def _who(sheet: Sheet, *, first: bool) -> Iterator[Table]:
    """Give the matrix of the tables that are touched, as it will be."""
    found = matrix(sheet)
    if found is None:
        return
    titles, rows, legend = found
    folded = "" if first else "Who may do what on the tables touched, after this"
    more = f"{sheet.see} --format json"
    yield Table(("", *titles), rows, "tables", more, folded, legend, weight=7)


def _noted(sheet: Sheet) -> Iterator[Section]:
    """Give who else is affected, what is kept, and what is worth a look, as the plan says it."""
    plan, page = sheet.plan, Page(MAX_WIDTH)
    remarks = plan.remarks
    if plan.empty:
        remarks = tuple(one for one in remarks if one.place is None)
    lines = [
        *footer.affected(plan, page),
        *footer.kept(sheet, page),
        *footer.remarks(sheet, page, remarks),
    ]
    if lines:
        lost = f"Who else is affected, and what is worth a look: {code(_command(sheet))}"
        yield Section(fenced("\n".join(lines), "text"), lost, weight=8)


def _sql(sheet: Sheet) -> Iterator[Section]:
    plan = sheet.plan
    count = counted(len(plan.statements), "statement")
    block = fenced(render_sql(plan, sheet.spec), "sql")
    text = f"<details><summary>SQL, {count}</summary>\n\n{block}\n</details>"
    option = f"{sheet.see} --format sql"
    yield Section(text, f"The SQL, {count}, does not fit here: {code(option)}", weight=2)


def _below(sheet: Sheet) -> str:
    plan = sheet.plan
    where = code(plan.where)
    how = "plans again, and applies what it then shows"
    if sheet.saved:
        how = f"applies exactly this, or refuses if {where} has moved"
    said = f"<sub>plan {code(plan.id)} of {code(plan.digest)} against {where}"
    done = "" if plan.empty else f" · {code(sheet.carry_out)} {how}"
    return f"{said}{done}</sub>"


def _command(sheet: Sheet) -> str:
    return f"{sheet.see} --verbose"


__all__ = ["body", "render_errors", "render_markdown"]
