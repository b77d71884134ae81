"""SQL for other tools: psql runs a plan as it is printed, Flyway's files run in one transaction.

Flyway itself is not here. What it does with a file is what psql does with --single-transaction: it
sends the statements one by one, in a transaction of its own.
"""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from jwtroles.reader.connection import connect
from jwtroles.report.flyway import version_after
from jwtroles.spec.load import load
from jwtroles.workflow import read_database
from tests.live.billing import environment, state
from tests.saved_plans.bench import desk
from tests.saved_plans.test_saved_plans import CELLS, SOME
from tests.workbench import described

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.saved_plans.bench import Desk
    from tests.servers import Clusters

ALLOWED = ("--allow", "cuts_off")
DRIFT = """
ALTER POLICY jr_member_update ON app.invoices USING (true);
GRANT SELECT ON app.customers TO member;
REVOKE SELECT ON app.plans FROM auditor;
ALTER ROLE auditor CONNECTION LIMIT 5;
UPDATE jwtroles.claim_role SET role = 'auditor';
CREATE POLICY mine ON app.plans TO member USING (true);
"""


@pytest.fixture
def ours(cluster: Clusters, cell: tuple[int, str], tmp_path: Path) -> Iterator[Desk]:
    major, applier = cell
    with cluster(major).fresh() as sandbox:
        yield desk(sandbox, applier, tmp_path)


def psql(ours: Desk, file: Path, *options: str) -> None:
    """Run a script as people do; their own settings of psql are left out."""
    program = ours.sandbox.server.binary("psql")
    command = [program, "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", *options, "-f", file]
    env = {"LD_LIBRARY_PATH": str(program.parent.parent / "lib"), **os.environ}
    done = subprocess.run(
        [*command, ours.url], capture_output=True, text=True, check=False, env=env
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


@pytest.mark.parametrize("cell", CELLS)
def test_psql_runs_a_plan_as_it_is_printed(ours: Desk):
    for by_hand in ("", DRIFT):
        ours.sandbox.run_sql(by_hand)
        said = ours.run("plan", "--env", "dev", "--format", "sql", *ALLOWED)
        script = ours.folder / "plan.sql"
        script.write_text(said.out)
        psql(ours, script)
        said = ours.run("plan", "--env", "dev", "--check")
        assert said.code == 0, said.out


def catalog(ours: Desk) -> dict[str, list[str]]:
    spec = load(ours.folder / "jwtroles.yaml")
    with connect(ours.sandbox.url) as connection:
        return described(read_database(connection, spec, environment(spec)).catalog)


@pytest.mark.parametrize("cell", SOME)
def test_a_migration_and_its_undo(ours: Desk):
    """First of all that there is, then of a change: to and fro, and to again."""
    folder = ours.folder / "migrations"
    folder.mkdir()
    write = ("plan", "--env", "dev", "--as", "flyway", "--out-dir", "migrations")
    before = state(ours.sandbox)
    said = ours.run(*write)
    assert (said.code, "JR622" in said.err, list(folder.iterdir())) == (3, True, [])
    assert state(ours.sandbox) == before
    (folder / "V41.7__their_own.sql").write_text("SELECT 1;")
    for version, by_hand, edit in ((42, "", None), (43, DRIFT, "unpaid: status <> 'paid'")):
        ours.sandbox.run_sql(by_hand)
        if edit:
            ours.edit(edit, "unpaid: status not in ('paid', 'void')")
        there = catalog(ours)
        said = ours.run(*write, *ALLOWED)
        assert said.code == 0, said.err
        names = [f"{kind}{version}__jwtroles_acme_dev.sql" for kind in "VU"]
        assert said.err.splitlines() == [f"migrations/{name}" for name in names]
        onward, back = (folder / name for name in names)
        for text in (onward.read_text(), back.read_text()):
            assert not any(line in ("BEGIN;", "COMMIT;") for line in text.splitlines())
        psql(ours, onward, "--single-transaction")
        assert ours.run("plan", "--env", "dev", "--check").code == 0
        wanted = catalog(ours)
        psql(ours, back, "--single-transaction")
        assert catalog(ours) == there
        psql(ours, onward, "--single-transaction")
        assert catalog(ours) == wanted
    said = ours.run(*write)
    assert (said.code, said.err, len(list(folder.iterdir()))) == (0, "", 5)


def test_why_there_is_no_undo_and_what_an_undo_takes_with_it(cluster: Clusters, tmp_path: Path):
    with cluster(18).fresh() as sandbox:
        ours = desk(sandbox, "superuser", tmp_path)
        folder = ours.folder / "migrations"
        folder.mkdir()
        (folder / "V1__first.sql").write_text("")
        write = ("plan", "--env", "dev", "--as", "flyway", "--out-dir", "migrations", *ALLOWED)
        assert ours.run(*write).code == 0
        head = (folder / "U2__jwtroles_acme_dev.sql").read_text().partition("SET LOCAL")[0]
        assert "--   role billing_admin\n" in head
        assert "--   table jwtroles.claim_role\n" in head
        psql(ours, folder / "V2__jwtroles_acme_dev.sql", "--single-transaction")
        ours.edit("  - {claim: roles, contains: auditor, role: auditor}\n", "")
        text = (ours.folder / "jwtroles.yaml").read_text()
        start, end = text.index("  auditor:\n"), text.index("views:\n")
        test = (
            text.index("  - name: an auditor reads"),
            text.index("  - name: a token without a role"),
        )
        text = text[:start] + text[end : test[0]] + text[test[1] :]
        (ours.folder / "jwtroles.yaml").write_text(text)
        assert ours.run(*write).code == 3, "it destroys a role"
        said = ours.run(*write, "--allow", "destroys")
        assert said.err.splitlines() == ["migrations/V3__jwtroles_acme_dev.sql"], "and no undo"
        told = (folder / "V3__jwtroles_acme_dev.sql").read_text()
        assert "-- There is no undo:\n--   role auditor goes, with what only the database" in told
        psql(ours, folder / "V3__jwtroles_acme_dev.sql", "--single-transaction")
        assert ours.run("plan", "--env", "dev", "--check").code == 0


def test_what_flyway_would_replace_is_left_alone(cluster: Clusters, tmp_path: Path):
    with cluster(18).fresh() as sandbox:
        ours = desk(sandbox, "superuser", tmp_path)
        ours.edit("unpaid: status <> 'paid'", "unpaid: note is distinct from '${paid}'")
        (ours.folder / "migrations").mkdir()
        said = ours.run(
            "plan", "--env", "dev", "--as", "flyway", "--out-dir", "migrations", *ALLOWED
        )
        assert said.code == 0, said.err
        scripts = [line for line in said.err.splitlines() if line.endswith(".sql")]
        assert len(scripts) == 2
        for script in scripts:
            config = ours.folder / f"{script}.conf"
            replaced = "${paid}" in (ours.folder / script).read_text()
            assert config.exists() == replaced
        assert any("${paid}" in (ours.folder / script).read_text() for script in scripts)


NOW = datetime(2026, 5, 4, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("names", "version"),
    [
        ([], "20260504101200"),
        (["V1__a.sql", "V9__b.sql", "V10_2__c.sql", "V11.sql", "R__d.sql", "U30__e.sql"], "11"),
        (["V20260101000000__a.sql"], "20260504101200"),
        (["V20260504101200__a.sql"], "20260504101201"),
        (["V20260504101200.2__a.sql", "V7__b.sql"], "20260504101201"),
    ],
)
def test_a_version_comes_after_those_that_are_there(names: list[str], version: str):
    assert version_after(names, NOW) == version
