"""A plan as a person reviews it: access by access, then who else is affected, then the verdict.

Each section takes the steps that its table of kinds picks and answers with blocks of rows; a row
carries the steps that it stands for. What no row stands for is printed as it is, never lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.report.problems import visible
from jwtroles.report.text import header
from jwtroles.report.text.layout import MAX_WIDTH, MIN_WIDTH, Page
from jwtroles.report.text.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec


def render_plan(
    plan: Plan,
    spec: Spec,
    *,
    color: bool,
    width: int,
    verbose: bool,
    applying: bool = False,
    saved: str = "",
    allowed: tuple[str, ...] = (),
) -> str:
    """Return a plan as text, without a line end; the same plan gives the same text.

    `applying` leaves out what to do next, because it is being done; `saved` is the plan's file, and
    `allowed` what the command line allows.
    """
    sheet = Sheet(plan, spec, verbose, applying, saved, allowed)
    page = page_of(width, color=color)
    if plan.empty:
        return "\n".join(_in_sync(sheet, page))
    return "\n\n".join(map("\n".join, [list(header.lines(sheet, page)), *body(sheet, page)]))


def body(sheet: Sheet, page: Page) -> Iterator[list[str]]:
    """Give the parts of a plan that changes something, below its head."""
    from jwtroles.report.text import footer, sections  # noqa: PLC0415 - not in sync

    told = sections.told_by_section(sheet)
    parts = [*sections.laid_out(sheet, page, told), list(footer.lines(sheet, page))]
    yield from (part for part in parts if part)


def page_of(width: int, *, color: bool) -> Page:
    """Return a page of a width that can be read."""
    return Page(max(min(width, MAX_WIDTH), MIN_WIDTH), color)


_NOTHING_LEFT = {
    "release": "Nothing here is managed as this project.",
    "uninstall": "Nothing here was made for this project.",
}
"""What an empty plan means to the commands that leave a database."""


def _in_sync(sheet: Sheet, page: Page) -> Iterator[str]:
    said = _NOTHING_LEFT.get(sheet.plan.command, "In sync.")
    if sheet.plan.like is not None:
        apart = f", but for what {visible(sheet.plan.like.called[1])} lacks"
        said = f"Access is the same{apart if sheet.plan.like.lacking else ''}."
    yield from page.paragraph(f"{header.target(sheet)}    {said}")
    seen = [one for one in sheet.plan.remarks if sheet.verbose or one.place is None]
    if not sheet.plan.kept and not seen:
        return
    from jwtroles.report.text import footer  # noqa: PLC0415 - seldom when in sync

    if sheet.plan.kept:
        yield ""
        yield from footer.kept(sheet, page)
    if seen:
        yield ""
        yield from footer.remarks(sheet, page, seen)


__all__ = ["body", "page_of", "render_plan"]
