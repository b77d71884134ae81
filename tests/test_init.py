"""`jwtroles init`: the README's five commands, and a first file that takes nothing from anybody."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jwtroles.applier import apply
from jwtroles.names import QName
from jwtroles.reader.connection import connect
from jwtroles.reader.first_look import Survey, SurveyedTable, survey
from jwtroles.report.first import first_specification
from jwtroles.spec.load import load_text
from jwtroles.workflow import make_plan
from tests.live.billing import ONE, ROWS, SCHEMA, TWO
from tests.pages import ROOT, replay, steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.servers import Sandbox

OTHERS = """
CREATE ROLE etl LOGIN;
CREATE ROLE clerks NOLOGIN;
CREATE ROLE ann LOGIN IN ROLE clerks;
GRANT USAGE ON SCHEMA app TO etl, clerks, PUBLIC;
GRANT SELECT, DELETE ON app.customers TO etl;
GRANT SELECT (id, total) ON app.invoices TO clerks;
GRANT SELECT ON app.plans TO PUBLIC;
CREATE TABLE app.news (tenant_id uuid, headline text);
ALTER TABLE app.news OWNER TO app_owner;
GRANT SELECT ON app.news TO PUBLIC;
INSERT INTO app.news VALUES (gen_random_uuid(), 'x');
CREATE ROLE reader NOLOGIN;
"""
SEEN = {
    "etl": "SELECT count(*) FROM app.customers",
    "ann": "SELECT count(id) FROM app.invoices",
    "app_owner": "SELECT count(*) FROM app.invoices",
    "clerks": "SELECT count(*) FROM app.news",
    "reader": "SELECT count(*) FROM app.plans",
}
"""What each role outside the file sees today."""


def populated(sandbox: Sandbox) -> None:
    sandbox.load(SCHEMA)
    sandbox.run_sql(ROWS + OTHERS)


def counts(sandbox: Sandbox) -> dict[str, int]:
    asked = "SET SESSION AUTHORIZATION {}; {}"
    with sandbox.connect() as connection:
        found = {}
        for role, query in SEEN.items():
            cursor = connection.execute(asked.format(role, query).encode())
            while cursor.nextset():
                pass
            found[role] = cursor.fetchall()[0][0]
            connection.execute("RESET SESSION AUTHORIZATION")
    return found


def test_the_five_commands_of_the_readme(
    sandbox: Sandbox, applier: str, tmp_path: Path, record_case: Callable[[int, str], None]
) -> None:
    populated(sandbox)
    before = counts(sandbox)
    assert all(before.values())
    url = sandbox.applier_url(applier)
    (block,) = [block for block, _ in steps("README.md") if "jwtroles init" in block.text]
    assert len(block.text.strip().splitlines()) == 5
    (came,) = replay("README.md", tmp_path, DATABASE_URL=url, JWTROLES_YES="1")
    assert came.rstrip().endswith("In sync."), came
    assert "will see no row" not in came
    text = (tmp_path / "page" / "jwtroles.yaml").read_text("utf-8")
    assert "exempt: [clerks, etl]" in text
    assert url not in text
    assert counts(sandbox) == before, "nobody has lost a row"
    acting = f"""BEGIN;
        SET LOCAL SESSION AUTHORIZATION sandbox_web;
        SET LOCAL request.jwt.claims = '{{"sub": "x",
            "app_metadata": {{"tenant_id": "{ONE}", "roles": ["reader"]}}}}';
        SELECT jwtroles.pre_request();"""
    with sandbox.connect() as connection:
        connection.execute(acting.encode())
        query = "SELECT array_agg(DISTINCT tenant_id::text) FROM app.customers"
        assert connection.execute(query.encode()).fetchall() == [([ONE],)]
        connection.execute("ROLLBACK")
    assert sandbox.rows("SELECT count(DISTINCT tenant_id) FROM app.customers") == [(2,)], TWO
    record_case(sandbox.major, applier)


def jwtroles(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from jwtroles.cli import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "jwtroles.yaml"
    file.write_text("mine")
    done = jwtroles(tmp_path, "init")
    assert done.returncode == 1
    assert done.stderr.startswith("error[JR026]: jwtroles.yaml is there already")
    assert file.read_text() == "mine"
    assert jwtroles(tmp_path, "init", "--force").returncode == 0
    load_text(file.read_text("utf-8"))


def test_without_a_database_the_file_is_valid_and_gives_nothing(tmp_path: Path) -> None:
    done = jwtroles(tmp_path, "init", "--spec", "first.yaml")
    assert done.returncode == 0, done.stderr
    spec = load_text((tmp_path / "first.yaml").read_text("utf-8"))
    assert spec.database.mode == "additive"
    assert [role.tables for role in spec.roles.values()] == [{}]
    assert jwtroles(tmp_path, "validate", "--spec", "first.yaml").returncode == 0


def test_a_database_without_tables_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    done = jwtroles(tmp_path, "init", "--database", sandbox.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error[JR027]: no table in the database sandbox")
    assert not (tmp_path / "jwtroles.yaml").exists()


def test_what_a_first_look_sees(sandbox: Sandbox) -> None:
    populated(sandbox)
    sandbox.run_sql('CREATE SCHEMA "Lab Work"; CREATE TABLE "Lab Work"."v1.2" (org_id bigint)')
    with connect(sandbox.url) as connection:
        found = survey(connection)
    assert [str(table.name) for table in found.tables] == [
        'Lab Work."v1.2"',
        "app.audit_events",
        "app.customers",
        "app.invoice_lines",
        "app.invoices",
        "app.news",
        "app.plans",
    ]
    held = {table.name.name: table.holders for table in found.tables if table.holders}
    assert held == {
        "customers": ("etl",),
        "invoices": ("clerks",),
        "news": ("PUBLIC",),
        "plans": ("PUBLIC",),
    }
    first = first_specification(found)
    assert first.tenant is not None
    assert first.tenant.tables == ("app.audit_events", "app.customers", "app.invoices")
    spec = load_text(first.text)
    assert list(spec.roles) == ["reader_2"], "there is a role reader already"
    with connect(sandbox.url) as connection:
        planned = make_plan(connection, spec, None)
        assert planned.plan.cut_off == ()
        apply(connection, planned.plan, planned.scope)
        assert make_plan(connection, spec, None).plan.empty


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=15
) | st.sampled_from(["a: b", "x#y", " #", "- z", "null", "it's", 'say "a"', "a.b", "{a}", "é\n"])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(NAMES, NAMES, NAMES, NAMES), min_size=1, max_size=4, unique_by=lambda n: n[:2]
    ),
    NAMES,
)
def test_whatever_names_a_database_has_the_file_is_one(
    names: list[tuple[str, str, str, str]], database: str
) -> None:
    """Every table that the file names is one of the database, and YAML reads it back as it is."""
    tables = tuple(
        SurveyedTable(
            QName(schema, name), "o", (("tenant_id", "uuid"), (column, "text")), (column,), (role,)
        )
        for schema, name, column, role in names
    )
    first = first_specification(Survey(database, tables, frozenset()))
    known = {str(table.name) for table in tables}
    spec = load_text(first.text)
    assert {str(name) for name in spec.database.schemas} <= {t.name.schema for t in tables} | {
        "app"
    }
    for role in spec.roles.values():
        assert {str(access) for access in role.tables} <= known
    assert set(map(str, spec.database.exempt)) <= {role for *_, role in names}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([("id", "uuid"), ("note", "text")], None),
        ([("org_id", "bigint")], "org_id = claims.org_id"),
        ([("tenantId", "uuid")], '"tenantId" = claims.tenantid'),
        ([("account", "money")], None),
        ([("org_id", "uuid"), ("tenant_id", "uuid")], "tenant_id = claims.tenant_id"),
    ],
)
def test_the_column_that_says_whose_row_it_is(
    columns: list[tuple[str, str]], expected: str | None
) -> None:
    table = SurveyedTable(QName("app", "t"), "o", tuple(columns), (), ())
    first = first_specification(Survey("db", (table,), frozenset()))
    assert (first.tenant.rows if first.tenant else None) == expected
    load_text(first.text)
