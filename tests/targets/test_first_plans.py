"""The first plans of a cluster are saved, shown and applied: each of them makes its roles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from tests.pages import ROOT
from tests.targets.tenants import Tenants
from tests.targets.test_fleet import EXTRA
from tests.targets.test_saved import names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Clusters


@pytest.fixture(params=[14, 18])
def several(request: pytest.FixtureRequest, cluster: Clusters, tmp_path: Path) -> Iterator[Tenants]:
    """Give four databases where nothing was applied, to a role with CREATEROLE."""
    with cluster(request.param).fresh() as sandbox:
        yield Tenants(sandbox, tmp_path, "createrole").make(4)


def test_what_was_reviewed_is_applied(several):
    several.run_sql("tenant_01", EXTRA)
    planned = several.run("plan", "--out", "plans/first", "--format", "markdown")
    assert planned.code == 0, planned
    assert "### 🔓 jwtroles: loosens access, in **tenants**\n\n4 databases: 4 differ" in planned.out
    assert planned.out.count("\n#### ") == 2
    assert "`jwtroles apply plans/first` applies exactly this" in planned.out
    folder = several.folder / "plans" / "first"
    assert names(folder) == [f"{name}.json" for name in several.names]

    shown = several.run("show", "plans/first")
    assert shown.code == 0, shown
    assert "\n3 databases: the same 23 changes\n" in shown.out
    assert "\ntenant_01: 27 changes\n" in shown.out
    assert shown.out.endswith("Not applied. Next: jwtroles apply plans/first\n")
    whole = json.loads(several.run("show", "plans/first", "--format", "json").out)
    published = (ROOT / "docs" / "schemas" / "fleet.schema.json").read_text("utf-8")
    Draft202012Validator(json.loads(published)).validate(whole)
    assert [one["plan"] for one in whole["targets"]] == [0, 1, 0, 0]
    script = several.run("show", "plans/first/tenant_01.json", "--format", "sql")
    assert "app.extra" in script.out

    done = several.run("apply", "plans/first", "--spec", "jwtroles.yaml", "--yes")
    assert done.code == 0, done
    assert "4 databases: 4 applied." in done.err
    assert several.run("plan", "--check").code == 0
    again = several.run("apply", "plans/first", "--yes")
    assert again.code == 0, again
    assert "4 databases: in sync" in again.out
