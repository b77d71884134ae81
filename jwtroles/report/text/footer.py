"""The end of a plan: who else is affected, what is worth a look, locks, and the verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jwtroles.kinds.base import Effect
from jwtroles.report.problems import visible
from jwtroles.report.text.layout import Block, Columns, Detail, Page, Row
from jwtroles.report.text.layout import Right as Edge
from jwtroles.report.text.sheet import Sheet, counted, shown, shown_all, table_name
from jwtroles.report.verdict import still_refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jwtroles.errors import Problem
    from jwtroles.planner.model import CutOff, Plan

LOCK_TIMEOUT = "2 s"
"""How long apply waits for a lock unless it is told otherwise."""

_NAMED = 3
_ORDER = (
    Effect.DESTROYS,
    Effect.CUTS_OFF,
    Effect.LOOSENS,
    Effect.UNKNOWN,
    Effect.TIGHTENS,
    Effect.NEUTRAL,
)
_SINGULAR = {Effect.LOOSENS: "loosen", Effect.TIGHTENS: "tighten", Effect.DESTROYS: "destroy"}
"""Verbs that many changes share without their s."""


def lines(sheet: Sheet, page: Page) -> Iterator[str]:
    """Give what follows the changes."""
    plan = sheet.plan
    told = [*affected(plan, page), *kept(sheet, page), *remarks(sheet, page, plan.remarks)]
    if told:
        yield from told
        yield ""
    if (tables := plan.locked_tables()) and plan.command != "diff":
        few = len(tables) <= _NAMED
        on = ", ".join(map(table_name, tables)) if few else f"{len(tables)} tables"
        number = len(plan.batches)
        transaction = "" if few else ", for the length of one transaction"
        if number > 1:
            transaction = f", in {number} transactions"
        each = " for each" if len(tables) > 1 else ""
        text = f"AccessExclusive on {on}{transaction}; waits at most {LOCK_TIMEOUT}{each}."
        if number > 1:
            text += (
                f" The server's lock table has room for {plan.server.lock_slots} locks of all "
                "sessions. Each transaction is proved by itself, and what it leaves is safe."
            )
        yield from page.paragraph(text, "Locks  ", " " * 7)
        yield ""
    yield from _verdict(sheet, page)


def affected(plan: Plan, page: Page) -> Iterator[str]:
    """Give who else is affected."""
    if not plan.cut_off:
        return
    yield from page.title("Somebody else is affected")
    groups: dict[tuple[str, str, str, str], list[CutOff]] = {}
    for one in plan.cut_off:
        said = one.problem.message.removeprefix(f"{one.role} ")
        template = said.replace(one.subject, "\0")
        key = (one.role, one.problem.code.id, template, one.problem.remedy)
        groups.setdefault(key, []).append(one)
    alike: dict[tuple[object, ...], list[Row]] = {}
    for key, group in groups.items():
        row = _loss(key[0], key[2], group)
        alike.setdefault((row.text, row.details), []).append(row)
    rows = [replace(same[0], head=", ".join(row.head for row in same)) for same in alike.values()]
    block = Block("", tuple(rows))
    yield from page.block(block, Columns.of([block], page.width))


def _loss(role: str, template: str, group: Sequence[CutOff]) -> Row:
    """Return one line for a role, whatever number of tables it is about."""
    subjects = ", ".join(one.subject for one in group)
    problem = group[0].problem
    text = visible(template.replace("\0", subjects)).rstrip(".") + "."
    remedy = visible(problem.remedy)
    details = (Detail("", remedy[:1].upper() + remedy[1:], Edge(place=problem.code.id)),)
    if not remedy:
        return Row("!", shown(role), "", text, Edge(place=problem.code.id))
    return Row("!", shown(role), "", text, details=details)


def kept(sheet: Sheet, page: Page) -> Iterator[str]:
    """Give what is not in the file and stays as it is, each with its reason."""
    if not sheet.plan.kept:
        return
    yield from page.title("Kept as they are")
    rows = tuple(
        Row("=", "", "", visible(note.message), Edge(place=sheet.place(note.place)))
        for note in sheet.plan.kept
    )
    block = Block("", rows)
    yield from page.block(block, Columns.of([block], page.width))


def remarks(sheet: Sheet, page: Page, seen: Sequence[Problem]) -> Iterator[str]:
    """Give what is allowed and still worth a look."""
    if not seen:
        return
    yield from page.title("Worth a look")
    block = Block("", tuple(_remark(sheet, problem) for problem in seen))
    yield from page.block(block, Columns.of([block], page.width))


def _remark(sheet: Sheet, problem: Problem) -> Row:
    details = [Detail("", visible(line)) for line in problem.details]
    details += [Detail("", visible(line)) for line in problem.remedy.splitlines()]
    edge = Edge(place=problem.code.id)
    head, text = sheet.place(problem.place), visible(problem.message)
    return Row("!", head, "", text, edge, tuple(details))


def _verdict(sheet: Sheet, page: Page) -> Iterator[str]:
    plan = sheet.plan
    if plan.command == "diff":
        yield from _difference(plan, page)
        return
    verbs, effects = plan.verbs(), plan.effects()
    parts = ", ".join(f"{number} to {verb}" for verb, number in verbs.items())
    words = ", ".join(_counted(effect, effects[effect]) for effect in _ORDER if effect in effects)
    changes = counted(sum(verbs.values()), "change")
    refused = still_refused(plan, sheet.allowed)
    asked = "".join(f" --allow {effect}" for effect in plan.refused_effects())
    here = f" in {shown(plan.environment)}" if plan.environment else ""
    with_word = f" with{asked}" if asked else ""
    allowed = "" if refused else f" All allowed{here}{with_word}."
    yield from page.paragraph(f"{changes}: {parts} · {words}.{allowed}")
    if not refused and sheet.applying:
        return
    if not refused:
        yield from page.paragraph(f"Not applied. Next: {sheet.carry_out}{asked}")
        return
    reasons = "; ".join(_reason(plan, effect) for effect in refused)
    keep = " Keep them as shown above, or" if plan.cut_off and "cuts_off" in refused else ""
    allow = sheet.place(plan.allow_place)
    said = f" {shown(plan.environment)} allows {', '.join(plan.allow)} ({allow})." if allow else ""
    said = "" if keep and refused == ("cuts_off",) else said
    once = keep or " Allow it once:"
    yield from page.paragraph(f"Refused{here} as it stands: {reasons}.{said}{once}")
    yield from page.paragraph(f"{sheet.carry_out}{asked}")


def _difference(plan: Plan, page: Page) -> Iterator[str]:
    """Say how many differences there are, and how to make them none."""
    verbs = plan.verbs()
    assert plan.like is not None  # noqa: S101 - it is a comparison
    source, target = map(visible, plan.like.called)
    words = f"{verbs['add']} in {source} alone, {verbs['remove']} in {target} alone, "
    words += f"{verbs['alter']} otherwise in {target}"
    yield from page.paragraph(f"{counted(sum(verbs.values()), 'difference')}: {words}.")
    if plan.like.database:
        next_step = f"jwtroles {visible(plan.invocation)}"
        yield from page.paragraph(f"Make {target} mirror {source}: {next_step}")


def _counted(effect: Effect, number: int) -> str:
    word = effect.value.replace("_", " ")
    return f"{number} {_SINGULAR.get(effect, word) if number != 1 else word}"


def _reason(plan: Plan, refused: str) -> str:
    effects = plan.effects()
    if refused == Effect.CUTS_OFF.value and plan.cut_off:
        roles = list(dict.fromkeys(one.role for one in plan.cut_off))
        return f"cuts off {counted(len(roles), 'role')} ({shown_all(roles)})"
    meant = {effect for effect in effects if effect.value == refused}
    if refused == Effect.LOOSENS.value:  # what cannot be told counts as loosens
        meant |= effects.keys() & {Effect.UNKNOWN}
    found = [_counted(effect, effects[effect]) for effect in _ORDER if effect in meant]
    return ", ".join(found)
