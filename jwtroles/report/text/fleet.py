"""Many databases as a person reviews them: each plan once, with the databases that it is for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from jwtroles.passwords import covered
from jwtroles.report.problems import render, visible
from jwtroles.report.text import body, footer, page_of
from jwtroles.report.text.sheet import Sheet, counted, shown
from jwtroles.report.verdict import still_refused
from jwtroles.targets.alike import word_of
from jwtroles.targets.model import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jwtroles.report.text.layout import Page
    from jwtroles.spec.model import Spec
    from jwtroles.targets.model import Fleet, Outcome

NAMED = 5
"""How many databases of a group are named, unless all are asked for."""


def render_fleet(
    fleet: Fleet,
    spec: Spec,
    *,
    color: bool,
    width: int,
    verbose: bool,
    applying: bool = False,
    allowed: tuple[str, ...] = (),
) -> str:
    """Return the plans of all databases as text, without a line end, those that are alike once.

    `applying` leaves out what to do next, because it is being done; `allowed` are the effects that
    the command line allows.
    """
    page = page_of(width, color=color)
    parts = [list(page.paragraph(_head(fleet), "", "  "))]
    for digest, outcomes in fleet.groups:
        sheet = Sheet(fleet.plans[digest], spec, verbose, applying=True, allowed=allowed)
        parts += _group(outcomes, sheet, page)
    parts.append(_failures(fleet, page))
    parts.append(list(_verdict(fleet, page, allowed, applying=applying)))
    return "\n\n".join("\n".join(part) for part in parts if part)


def _head(fleet: Fleet) -> str:
    shard = f"    shard {fleet.shard}" if fleet.shard else ""
    where = f"{shown(fleet.project)} → {shown(fleet.environment)}"
    return f"{where}    {counted(len(fleet.outcomes), 'database')}{shard}"


def _group(outcomes: Sequence[Outcome], sheet: Sheet, page: Page) -> Iterator[list[str]]:
    plan = sheet.plan
    several = len(outcomes) > 1
    changes = counted(len(plan.units), "change")
    differs = f"the same {changes}" if several else changes
    nothing = "in sync" if plan.command == "apply" else "nothing to do"
    told = nothing if plan.empty else differs
    title = counted(len(outcomes), "database") if several else name(outcomes[0])
    lines = list(page.title(f"{title}: {told}"))
    if several:
        example = "" if plan.empty else f". Shown for {visible(plan.server.database)}:"
        lines += page.paragraph(names(outcomes, every=sheet.verbose) + example, "  ", "  ")
    yield lines
    if not plan.empty:
        yield from body(sheet, page)
        return
    yield list(footer.kept(sheet, page))
    yield list(footer.remarks(sheet, page, [one for one in plan.remarks if one.place is None]))


def name(outcome: Outcome) -> str:
    """Return the name of a target as it is printed."""
    return visible(covered(outcome.target.name))


def names(outcomes: Sequence[Outcome], *, every: bool = False) -> str:
    """Return the names of targets, the first few of them unless every one is wanted."""
    few = outcomes if every or len(outcomes) <= NAMED + 1 else outcomes[:NAMED]
    more = f" and {len(outcomes) - len(few)} more" if len(few) < len(outcomes) else ""
    return ", ".join(map(name, few)) + more


def _failures(fleet: Fleet, page: Page) -> list[str]:
    """Name each target that failed, with the first thing that is wrong with it."""
    failed = fleet.of(State.FAILED)
    if not failed:
        return []
    lines = list(page.title(f"{counted(len(failed), 'database')} failed"))
    for one in failed:
        told = [f"{p.message}  {p.code.id}" for p in one.error.problems] if one.error else []
        lines += page.paragraph(
            f"! {name(one)}  {visible(covered('; '.join(told)))}", "  ", "      "
        )
    return lines


def _verdict(
    fleet: Fleet, page: Page, allowed: tuple[str, ...], *, applying: bool
) -> Iterator[str]:
    yield from page.paragraph(f"{summary(fleet)}.")
    differs = fleet.of(State.DIFFERENT)
    if applying or not differs:
        return
    plans = [fleet.plans[one.alike] for one in differs]
    refused = {effect for plan in plans for effect in still_refused(plan, allowed)}
    asked = sorted({effect for plan in plans for effect in plan.refused_effects()})
    allow = "".join(f" --allow {effect}" for effect in asked)
    said = "Refused as it stands. Allow it once:" if refused else "Not applied. Next:"
    yield from page.paragraph(f"{said} {visible(fleet.carry_out)}{allow}")


SAID = {
    State.APPLIED: "{} applied",
    State.DIFFERENT: "{} differ{s} from the file",
    State.IN_SYNC: "{} in sync",
    State.FAILED: "{} failed",
    State.NOT_BEGUN: "{} not begun",
}


DONE = SAID | {
    State.APPLIED: "{} done",
    State.DIFFERENT: "{} to do",
    State.IN_SYNC: "{} done before",
}
"""The same, of what is done once."""


def summary(fleet: Fleet, words: Mapping[State, str] | None = None) -> str:
    """Return how many databases are in which state, in the words of what is done."""
    words = words or (SAID if fleet.command == "apply" else DONE)
    counts = Counter(one.state for one in fleet.outcomes)
    parts = [
        said.format(count, s="s" if count == 1 else "")
        for state, said in words.items()
        if (count := counts[state])
    ]
    return f"{counted(len(fleet.outcomes), 'database')}: {', '.join(parts)}"


def render_failures(outcomes: Iterable[Outcome], *, color: bool, width: int) -> str:
    """Return why targets failed, in full: what several have in common once, as the first has it."""
    alike: dict[str, list[tuple[Outcome, str]]] = {}
    for one in outcomes:
        if one.error is not None and one.error.problems:
            text = render(one.error, color=color, width=width)
            key = word_of(name(one)).sub("its database", text)
            key = word_of(one.target.origin or name(one)).sub("its origin", key)
            alike.setdefault(key, []).append((one, text))
    return "\n\n".join(
        f"{names([one for one, _ in group])}:\n{group[0][1]}" for group in alike.values()
    )
