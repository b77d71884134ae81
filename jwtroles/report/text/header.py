"""The head of a plan: from which file to which database, and how much of it is managed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.cells import cell_len

from jwtroles.names import PUBLIC
from jwtroles.report.problems import visible
from jwtroles.report.text.layout import Page, padded
from jwtroles.report.text.sheet import Sheet, counted, shown, shown_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GAP = " " * 4
_LONG = 30


def target(sheet: Sheet) -> str:
    """Return project and environment: `acme → staging`; of a mirror both: `staging → production`.

    A file stands for itself: its project says enough.
    """
    plan = sheet.plan
    if plan.like is not None:
        return f"{shown(plan.project)}: {' → '.join(map(visible, plan.like.called))}"
    return shown(plan.project) + (f" → {shown(plan.environment)}" if plan.environment else "")


def lines(sheet: Sheet, page: Page) -> Iterator[str]:
    """Give the first line, and before the first apply what is managed."""
    server = sheet.plan.server
    address = f"{shown(server.database)} as {shown(server.applier)}"
    if server.address:
        where = f"{shown(server.applier)}@{visible(server.address)}/{shown(server.database)}"
        address = f"postgresql://{where}"
    first = [target(sheet), address, f"PostgreSQL {visible(server.label)}"]
    rows = [first]
    of_file = bool(sheet.spec.source.name)
    if of_file and (sheet.verbose or not sheet.plan.current["own_schema"]):
        rows.append(_managed(sheet))
    if sheet.plan.command == "diff":
        rows.append(_legend(sheet))
    heads = [cell_len(row[0]) for row in rows]
    column = max((length for length in heads if length <= _LONG), default=0)
    for head, *parts in rows:
        lead = padded(head, column + len(_GAP)) if parts else head
        yield from _filled(page, lead, parts)


def _legend(sheet: Sheet) -> list[str]:
    """Return what the signs mean where nothing is going to be done."""
    like = sheet.plan.like
    assert like is not None  # noqa: S101 - it is a comparison
    source, target = map(visible, like.called)
    return [f"+ in {source} alone   - in {target} alone   ~ otherwise in {target}"]


def _filled(page: Page, lead: str, parts: Sequence[str]) -> Iterator[str]:
    """Give the parts of a row behind `lead`, as many to a line as it has room for."""
    under = " " * min(cell_len(lead), _LONG)
    line, indent = lead, ""
    for part in parts:
        gap = _GAP if line.strip() and line != lead else ""
        if gap and cell_len(indent + line + gap + part) > page.width:
            yield from page.paragraph(line, indent, under)
            line, indent, gap = "", under, ""
        line += gap + part
    yield from page.paragraph(line, indent, under)


def _managed(sheet: Sheet) -> list[str]:
    spec = sheet.spec
    schemas = sheet.plan.structure.managed
    counts: Counter[str] = Counter()
    for relation in sheet.plan.structure.relations.values():
        if relation.name.schema in schemas and relation.kind in ("r", "p", "f"):
            counts["partition" if relation.partition else "table"] += 1
    objects = [counted(counts["table"], "table")]
    if counts["partition"]:
        objects.append(counted(counts["partition"], "partition"))
    noun = "schema" if len(schemas) == 1 else "schemas"
    roles = counted(sum(role != PUBLIC for role in spec.roles), "role")
    found = [
        visible(spec.source.name),
        f"verify: {visible(spec.tokens.verify)}",
        f"{noun} {shown_all(schemas)}: {', '.join(objects)}",
        f"{roles} + {PUBLIC}",
    ]
    return [*found, "additive: nothing is taken away"] if sheet.plan.additive else found
