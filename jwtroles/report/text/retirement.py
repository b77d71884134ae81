"""What holds a role in every database, and what retiring it does, as a person reviews it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.passwords import covered
from jwtroles.report.problems import visible
from jwtroles.report.text import page_of
from jwtroles.report.text.sheet import counted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.report.text.layout import Page
    from jwtroles.targets.retirement import Holding, Retirement, Standing


def render_retirement(retirement: Retirement, *, color: bool, width: int) -> str:
    """Return what is to be done as text, without a line end."""
    page = page_of(width, color=color)
    where = shown(retirement.project)
    where += f" → {shown(retirement.environment)}" if retirement.environment else ""
    lines = [f"{where}    retire {shown(retirement.role)}"]
    if not retirement.standings:
        return "\n".join([*lines, "", f"There is no role {shown(retirement.role)} any more."])
    for standing in retirement.standings:
        lines += ["", *_standing(retirement, standing, page)]
    effects = " and ".join(effect.replace("_", " ") for effect in retirement.effects)
    told = "Login and sessions end, all that it has in each database goes, and it is dropped."
    lines += ["", told, f"This {effects}."]
    return "\n".join(lines)


def _standing(retirement: Retirement, standing: Standing, page: Page) -> Iterator[str]:
    login = "may log in" if standing.login else "may not log in"
    several = f" at {visible(standing.target.address)}" if retirement.clusters > 1 else ""
    sessions = counted(standing.sessions, "session")
    yield from page.title(f"{shown(retirement.role)}{several}: {login}, {sessions}")
    for what in standing.shared:
        yield from page.paragraph(f"owns {visible(what)}", "  ", "    ")
    for what in standing.lost:
        yield from page.paragraph(f"! {visible(what)}, and loses that", "  ", "    ")
    for holding in standing.holdings:
        yield from _holding(retirement, holding, page)


def _holding(retirement: Retirement, holding: Holding, page: Page) -> Iterator[str]:
    told = [
        f"owns {counted(len(holding.owned), 'object')}" if holding.owned else "",
        f"rights on {counted(len(holding.rights), 'object')}" if holding.rights else "",
        f"in {len(holding.policies)} polic{'y' if len(holding.policies) == 1 else 'ies'}"
        if holding.policies
        else "",
    ]
    beside = "" if holding.named else "    not a database of this environment"
    name = visible(covered(holding.target.name))
    head = f"{name}  {', '.join(filter(None, told))}".rstrip()
    yield from page.paragraph(f"{head}{beside}", "  ", "    ")
    for what in holding.owned:
        yield from page.paragraph(
            f"~ {visible(what)} goes to {shown(retirement.to)}", "    ", "      "
        )
    for what in holding.own:
        yield from page.paragraph(f"- {visible(what)}", "    ", "      ")
    for what in holding.passed_on:
        yield from page.paragraph(f"! {visible(what)}, and loses it", "    ", "      ")
