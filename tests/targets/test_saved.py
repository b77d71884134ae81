"""Plans of many databases that are saved: reviewed once, and applied as they were, or refused."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from jwtroles.compiler import compile_spec
from jwtroles.errors import Refused
from jwtroles.saved_plans.form import content
from jwtroles.targets import compiling
from jwtroles.targets.saved import gather
from tests.targets.tenants import FILE, Tenants

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Clusters

WIDER = FILE.replace("update: [body]", "update: [body], delete: all")
NARROWER = FILE.replace("insert: all, update: [body]", "insert: all")


@pytest.fixture(params=[14, 18], scope="module")
def several(
    request: pytest.FixtureRequest, cluster: Clusters, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tenants]:
    """Give four databases, to a role with CREATEROLE."""
    with cluster(request.param).fresh() as sandbox:
        yield Tenants(sandbox, tmp_path_factory.mktemp("saved"), "createrole").make(4)


@pytest.fixture
def applied(several: Tenants) -> Tenants:
    """Give the databases as the first file has them, and no plans."""
    several.file(FILE)
    done = several.run("apply", "--yes", "--quiet", "--allow", "destroys")
    assert done.code == 0, done
    for folder in several.folder.glob("plans*"):
        shutil.rmtree(folder)
    return several


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_database_that_has_moved_is_refused_and_the_others_are_applied(applied):
    applied.file(WIDER)
    assert applied.run("plan", "--out", "plans", "--quiet").code == 0
    # What is to be taken away is in no plan; and a column is seen that nobody has seen.
    applied.run_sql("tenant_02", "GRANT TRUNCATE ON app.notes TO PUBLIC")
    applied.run_sql("tenant_03", "ALTER TABLE app.tags ADD COLUMN secret text")

    done = applied.run("apply", "plans", "--yes")
    assert done.code == 3, done
    assert done.err.count("error[JR611]: stale: tenants has changed since") == 2
    assert "truncate on app.notes for PUBLIC" in done.err
    assert "column secret added" in done.err
    assert "jwtroles plan --env tenants --out FOLDER" in done.err
    assert "Nothing was changed." in done.err
    done = applied.run("apply", "plans", "--yes", "--keep-going")
    assert done.code == 3
    assert "4 databases: 2 applied, 2 failed. Run it again" in done.err
    applied.run_sql("tenant_02", "REVOKE TRUNCATE ON app.notes FROM PUBLIC")

    # One plan finds its database by itself, as a job of a matrix wants it.
    done = applied.run("apply", "plans/tenant_02.json", "--env", "tenants", "--yes")
    assert done.code == 0, done
    assert "1 database: 1 applied." in done.err
    assert "tenant_00: in sync" in applied.run("apply", "plans/tenant_00.json", "--yes").out
    checked = applied.run("plan", "--check")
    assert checked.code == 2
    assert "\ntenant_03: " in checked.out


def test_a_file_that_changes_while_plans_are_applied_is_refused(applied, monkeypatch):
    """The specification of all of them is read once, and holds for files that have it alone."""
    applied.file(WIDER)
    assert applied.run("plan", "--out", "plans", "--quiet").code == 0
    calls = []
    monkeypatch.setattr(
        compiling, "compile_spec", lambda *given: calls.append(given[2]) or compile_spec(*given)
    )
    plans = gather(applied.folder / "plans")
    for file in plans.files.values():
        assert len(plans.rebuilt(file).plan.steps) == len(plans.first.plan.steps)
    assert len(calls) < len(plans.files)
    changed = list(plans.files.values())[1]
    data = json.loads(changed.path.read_text("utf-8"))
    data["specification"]["files"][0]["text"] += "# another one\n"
    changed.path.write_text(json.dumps({**data, "content": content(data)}), "utf-8")
    with pytest.raises(Refused, match="is another plan now than it was when this began"):
        plans.rebuilt(changed)


def test_each_shard_applies_its_own_plans(applied):
    applied.file(NARROWER)
    assert applied.run("plan", "--out", "plans", "--quiet").code == 0
    for shard in ("1/2", "2/2"):
        done = applied.run("apply", "plans", "--yes", "--shard", shard)
        assert done.code == 0, done
    assert applied.run("plan", "--check").code == 0


def test_plans_that_do_not_belong_together(applied):
    applied.file(WIDER)
    assert applied.run("plan", "--out", "plans", "--quiet").code == 0
    again = applied.run("plan", "--out", "plans")
    assert (again.code, again.out) == (1, "")
    assert "error[JR679]: plans is not empty" in again.err
    folder = applied.folder / "plans"

    shutil.copy(folder / "tenant_00.json", folder / "copy.json")
    for command in (("show", "plans"), ("apply", "plans", "--yes")):
        done = applied.run(*command)
        assert done.code == 3
        assert "error[JR679]: plans/tenant_00.json and plans/copy.json are for one" in done.err
    applied.file(NARROWER)
    assert applied.run("plan", "--out", "plans-2", "--quiet").code == 0
    shutil.copy(applied.folder / "plans-2" / "tenant_00.json", folder / "copy.json")
    assert "JR679" in applied.run("apply", "plans", "--yes").err
    (folder / "copy.json").unlink()
    done = applied.run("apply", "plans", "--spec", "jwtroles.yaml", "--yes")
    assert (done.code, "error[JR650]" in done.err) == (3, True), done

    # Of a database that was made anew, or is not of the environment any more, nothing is done.
    applied.file(FILE)
    applied.run_sql("postgres", "ALTER DATABASE tenant_03 RENAME TO former_03")
    try:
        done = applied.run("apply", "plans", "--yes")
        assert done.code == 3
        assert "error[JR612]: plans/tenant_03.json was made for another database" in done.err
        assert "Nothing was changed." in done.err
    finally:
        applied.run_sql("postgres", "ALTER DATABASE former_03 RENAME TO tenant_03")
    done = applied.run("apply", "plans", "--yes", "--database", applied.url("tenant_00"))
    assert "error[JR010]: --database is for one plan" in done.err
    (folder / "tenant_00.json").write_text("{}")
    assert "error[JR610]" in applied.run("apply", "plans", "--yes").err
    shutil.rmtree(folder)
    folder.mkdir()
    assert "error[JR610]: plans has no plans in it" in applied.run("apply", "plans").err


def test_annotations_name_their_databases_and_a_script_is_for_one(applied):
    applied.file(WIDER)
    applied.run_sql("tenant_00", "REVOKE SELECT ON app.tags FROM reader")
    told = applied.run("plan", "--format", "github").out.splitlines()
    assert told[0].endswith("tenants%3A loosens::4 databases: 4 differ from the file")
    assert len([one for one in told if "in 4 databases: tenant_00, tenant_01" in one]) == 1
    assert len([one for one in told if one.endswith("in 1 database: tenant_00")]) == 1
    done = applied.run("plan", "--format", "sql")
    assert (done.code, done.out) == (1, "")
    assert "error[JR010]: --format sql is for one database" in done.err
    assert "jwtroles show FOLDER/NAME.json --format sql" in done.err


def test_a_plan_is_bound_to_a_cluster_that_can_be_told(applied):
    applied.file(WIDER)
    right = "EXECUTE ON FUNCTION pg_control_system()"
    applied.run_sql("tenant_02", f"REVOKE {right} FROM PUBLIC")
    done = applied.run("plan", "--out", "plans")
    plain = applied.run("plan")
    applied.run_sql("tenant_02", f"GRANT {right} TO PUBLIC")
    assert plain.code == 0, plain
    assert done.code == 1
    assert "error[JR005]: the server does not say which cluster this is" in done.err
    assert names(applied.folder / "plans") == ["tenant_00.json", "tenant_01.json", "tenant_03.json"]
