"""Whether a denial says anything: without row security the statement must meet a row.

A statement that does nothing passes for denied. If it would do nothing for the table's owner with
row security off as well, it passes without any policy, and proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles.policy_tests.bench import Bench, Failed

if TYPE_CHECKING:
    from jwtroles.policy_tests.statement import Statement

ALONE = (
    "it met no row, and would meet none as the table's owner either: it passes without any policy."
)

CONSTRAINT = "23"
"""Class of integrity constraint violations: there was a row to violate it."""


def vacuous(bench: Bench, judged: Statement, first: Statement | None) -> str:
    """Return why a statement without effect proves nothing, or '' if it does.

    Row security is turned off on every table that the statement reaches, through views and
    functions too: FORCE and the policies of a view's owner would hide rows from an owner as well.
    """
    with bench.undone():
        reached = bench.query(
            "reached",
            relations=list(judged.relations),
            schemas=[name.schema for name in judged.functions],
            functions=[name.name for name in judged.functions],
        )
        bench.run("SET CONSTRAINTS ALL IMMEDIATE")  # ALTER TABLE waits for no deferred check
        for table in reached:
            if table["secured"]:
                bench.become(table["owner"])
                bench.run(f"ALTER TABLE {table['name']} DISABLE ROW LEVEL SECURITY")
        why = "it met no row, and names no table whose owner could meet one."
        for owner in _owners(reached):
            why = _as_owner(bench, owner, judged, first)
            if not why or why == ALONE:
                return why
        return why


def _owners(reached: list[dict[str, Any]]) -> list[str]:
    """Return the owners of the relations that the statement names, then those behind them."""
    return list(dict.fromkeys(table["owner"] for table in reached))


def _as_owner(bench: Bench, owner: str, judged: Statement, first: Statement | None) -> str:
    with bench.undone():
        bench.become(owner)
        if first is not None and not first.setting:
            before = bench.attempt(first.sql)
            if isinstance(before, Failed):
                return f"it met no row, and {owner} cannot run the statement before it: {before}"
        outcome = bench.attempt(judged.sql)
    if not isinstance(outcome, Failed):
        return "" if outcome.count else ALONE
    if outcome.sqlstate.startswith(CONSTRAINT):
        return ""
    return f"it met no row, and whether {owner} would cannot be told: {outcome}"
