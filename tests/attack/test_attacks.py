"""Every row of attacks.yaml: stopped as applied, and not without the one object that stops it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.workflow import make_plan
from tests.attack.attacks import Attack, Attempt, Stage, load, together, wrongs
from tests.attack.page import PAGE, page
from tests.attack.shop import prepared
from tests.attack.tokens import TWO, Keys, Tokens

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers import Sandbox


MOVING = """
    UPDATE shop.customers
    SET tenant_id = CASE WHEN jwtroles.login(%(bob_clerk)s) = 'clerk'
        THEN '22222222-2222-2222-2222-222222222222'::uuid END
    WHERE id = 1 RETURNING tenant_id
"""
MOVE = Attack(
    name="two tokens of one holder, and an UPDATE",
    tries="moves a row from the tenant of the one to the tenant of the other",
    steps=["SELECT jwtroles.login(%(clerk)s)", MOVING],
    stopped="",
    stopped_by=(),
    wins=[[TWO]],
)
"""What trust.md says of it: no object of the catalog stops it."""

FIRED = Attack(
    name="no token, and what acts with the rights of its owner",
    tries="changes no row, and puts in one that a trigger leaves out, that a rule does, or a view",
    steps=[
        "SET ROLE clerk",
        "UPDATE shop.customers SET name = name WHERE false",
        "INSERT INTO shop.customers (id, tenant_id, name) VALUES (-1, NULL, '')",
        "INSERT INTO shop.invoices (id) VALUES (-2)",
        "INSERT INTO shop.inbox VALUES ('')",
        "COMMIT",
        {"admin": "SELECT what FROM shop.changes ORDER BY what"},
    ],
    given=["TRUNCATE shop.changes"],
    stopped="",
    stopped_by=(),
    wins=[["AFTER UPDATE STATEMENT"], ["BEFORE INSERT ROW"], ["INSTEAD OF INSERT ROW"], ["RULE"]],
)
"""The same."""

FIRES = (
    "rule kept of shop.invoices, trigger came of shop.customers, "
    "trigger changed of shop.customers, trigger put of shop.inbox"
)


HEIR = Attack(
    name="no attack: a role that inherits a lifted one",
    tries="reads what it may",
    steps=[
        "SELECT jwtroles.login(%(trainee)s)",
        "SELECT name FROM shop.customers ORDER BY 1",
    ],
    stopped="",
    stopped_by=(),
    wins=[["Ann"], ["Eve"]],
)


def test_each_attack_is_stopped_by_what_its_row_says(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys()
    spec = prepared(sandbox, tmp_path, keys, monkeypatch)
    environment = spec.environments["dev"]
    with connect(sandbox.url) as connection:
        planned = make_plan(connection, spec, environment)
        apply(connection, planned.plan, planned.scope)
    stage = Stage.of(sandbox, Tokens(keys))
    attacks = [attack for attack in load() if attack.since <= sandbox.major]
    found = [wrong for group in together(attacks) for wrong in wrongs(stage, group)]
    assert found == []
    # A gate that differs by login lets its own pass where PostgreSQL would scan in parallel.
    parallel = "debug_parallel_query" if sandbox.major >= 16 else "force_parallel_mode"
    heir = replace(HEIR, steps=[f"SET {parallel} = on", *HEIR.steps])
    assert Attempt(stage, heir).begin().finish() == heir.wins
    # What nothing stops is told: what needs no token, and by which lines two tokens move a row.
    assert Attempt(stage, MOVE).begin().finish() == MOVE.wins
    assert Attempt(stage, FIRED).begin().finish() == FIRED.wins
    told = {one.message for one in planned.plan.remarks if one.code.id in ("JR534", "JR535")}
    assert told == {
        "a login needs no token to run shop.everybody(): SET ROLE is enough",
        "a login needs no token to use shop.numbers: SET ROLE is enough",
        "a login needs no token to use large object 4711: SET ROLE is enough",
        f"a login needs no token to fire {FIRES}, with the rights of its owner",
        "clerk may update tenant_id of shop.customers, which a floor compares",
        "clerk may update tenant_id of shop.invoices, which a floor compares",
    }
    # What was removed is back, so that every attack met what was applied.
    with connect(sandbox.url) as connection:
        again = make_plan(connection, spec, environment)
    assert [step.change.key for step in again.plan.steps] == []


def test_the_page_of_attacks_is_what_the_rows_say(update: bool) -> None:
    written = page(load())
    if update:
        PAGE.write_text(written, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == written


@pytest.mark.parametrize(
    "stops", ["", "\n  stopped_by: []", "\n  stopped_by: {policy: a, table: b}"]
)
def test_a_row_that_names_nothing_is_refused(tmp_path: Path, stops: str) -> None:
    file = tmp_path / "attacks.yaml"
    file.write_text(f"- name: a\n  tries: b\n  steps: []\n  stopped: no rows\n  wins: []{stops}\n")
    with pytest.raises(ValueError, match="nothing is named that stops: a"):
        load(file)
