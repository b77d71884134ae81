"""`jwtroles import`: whatever a database has, the file that comes of it changes nothing.

Each folder of `imports/` is a database: `objects.sql` are its tables, `access.sql` is who may do
what, `unsaid.txt` lists all that the language cannot say of it, and nothing else may be kept.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from jwtroles.decompile import Imported, import_database
from jwtroles.errors import CompileError, UsageError
from jwtroles.planner.diff import diff
from jwtroles.planner.kept import entries, set_aside
from jwtroles.reader.connection import connect
from jwtroles.spec.load import load_text
from jwtroles.spec.word import Word
from jwtroles.workflow import make_plan, read_database
from tests.servers import MAJORS, Clusters
from tests.workbench import plan_and_apply

SHAPES = sorted(path for path in Path(__file__).with_name("imports").iterdir() if path.is_dir())


def text(folder: Path, name: str) -> str:
    file = folder / name
    return file.read_text("utf-8") if file.exists() else ""


def unsaid(folder: Path, major: int) -> list[str]:
    """Return what is to be kept on a server; a line may begin with versions (`14,15:`)."""
    found = []
    for line in text(folder, "unsaid.txt").splitlines():
        versions, colon, rest = line.partition(": ")
        if not colon:
            found.append(line)
        elif str(major) in versions.split(","):
            found.append(rest)
    return sorted(found)


def kept(made: Imported) -> list[str]:
    spec = load_text(made.text)
    return sorted(" ".join(f"{k} {w}" for k, w in one.words.items()) for one in spec.keep)


@pytest.mark.parametrize("shape", SHAPES, ids=[path.name for path in SHAPES])
@pytest.mark.parametrize("major", MAJORS)
def test_there_and_back(cluster: Clusters, major: int, shape: Path) -> None:
    """The file is the same each time and changes nothing, and keeps just what is listed.

    Applied where there are tables alone it gives the same catalog, but for what it keeps.
    """
    with cluster(major).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(text(shape, "objects.sql") + "; RESET ROLE;" + text(shape, "access.sql"))
        made = import_database(session, "acme")
        assert import_database(session, "acme").text == made.text
        spec = load_text(made.text)
        assert make_plan(session, spec, None).plan.steps == ()
        assert kept(made) == unsaid(shape, major)
        wanted = read_database(session, spec, None)
    with cluster(major).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(text(shape, "objects.sql"))
        plan_and_apply(session, spec)
        catalog = read_database(session, spec, None).catalog
    # What is left is there in the first database alone, and an entry of `keep` says so.
    changes = diff(wanted.catalog, catalog)
    left, _ = set_aside(changes, entries(spec, None, wanted.structure))
    assert [change for change in left if not forced(change)] == []


def test_who_may_only_create_roles_imports_and_applies_the_same(cluster: Clusters) -> None:
    """A role with CREATEROLE that owns the tables gets the superuser's file, and can apply it."""
    shape = Path(__file__).with_name("imports") / "billing"
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(text(shape, "objects.sql") + "; RESET ROLE;" + text(shape, "access.sql"))
        made = import_database(session, "acme").text
        with connect(sandbox.make_deployer()) as deployer:
            assert import_database(deployer, "acme").text == made
    with cluster(max(MAJORS)).fresh() as sandbox:
        sandbox.run_sql(text(shape, "objects.sql"))
        with connect(sandbox.make_deployer()) as deployer:
            plan_and_apply(deployer, load_text(made))
            assert make_plan(deployer, load_text(made), None).plan.steps == ()


def test_columns_that_are_withheld_are_a_group(cluster: Clusters) -> None:
    """Said once, and meant where a role has every other column, each by itself."""
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(GROUPED)
        made = load_text(import_database(session, "acme").text)
    assert {key: set(words) for key, words in made.columns.items()} == {
        "withheld": {"*.*.ssn", "*.people_*.name"}
    }
    said = {str(table): rights for table, rights in made.roles[Word("clerk")].tables.items()}
    assert {table: rights[0].except_ for table, rights in said.items()} == {
        "app.*": ("withheld",),
        "app.people_old": (),
    }


GROUPED = """
CREATE SCHEMA app;
CREATE ROLE clerk;
CREATE ROLE other;
CREATE TABLE app.people_new (id int, name text, ssn text, at date);
CREATE TABLE app.people_all (id int, name text, ssn text, at date);
CREATE TABLE app.people_old (id int, name text, ssn text, at date);
CREATE TABLE app.towns (id int, name text);
GRANT SELECT (id, at) ON app.people_new, app.people_all TO clerk, other;
GRANT SELECT (id, at) ON app.people_old TO other;
GRANT SELECT (id) ON app.people_old TO clerk;
GRANT SELECT (id, name) ON app.towns TO clerk;
"""


def forced(change: object) -> bool:
    """Tell whether FORCE ROW LEVEL SECURITY is all of a difference: no file says it."""
    before, after = change.before, change.after  # type: ignore[attr-defined]
    return getattr(before, "forced", None) is True and getattr(after, "forced", None) is False


UNMARKED = "jwtroles: 1\nproject: acme\ndatabase: {schemas: [app], unmarked: true}\n"
POLICY = "- {name: p, tables: [app.*], to: [PUBLIC], using: id > 0}\n"
TABLES = "CREATE SCHEMA app; CREATE TABLE app.a (id int); CREATE VIEW app.v AS SELECT 1;"


@pytest.mark.parametrize(
    ("before", "policies", "code"),
    [
        ("CREATE SCHEMA jwtroles", "", "JR802"),
        ("", POLICY + POLICY.replace("app.*", "app.a"), "JR803"),
        ("", POLICY.replace("PUBLIC", "nobody_there"), "JR361"),
        ("", POLICY.replace("app.*", "app.v"), "JR305"),
        ("", POLICY.replace("app.*", "app.b"), "JR302"),
        ("CREATE ROLE boss SUPERUSER", "roles: {boss: {token: false}}", "JR308"),
    ],
)
def test_what_a_file_states_fits_the_database(
    cluster: Clusters, before: str, policies: str, code: str
) -> None:
    """A superuser is not taken into a file, and what `policies` names has to be there, once."""
    file = UNMARKED + ("policies:\n" if policies.startswith("-") else "") + policies
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(TABLES + before)
        with pytest.raises(CompileError) as caught:
            make_plan(session, load_text(file), None)
    assert code in [problem.code.id for problem in caught.value.problems]


def test_nothing_to_import(cluster: Clusters) -> None:
    """JR814: no such schema."""
    newest = cluster(max(MAJORS)).fresh()
    with newest as sandbox, connect(sandbox.url) as session, pytest.raises(UsageError) as caught:
        import_database(session, "acme", ("nowhere",))
    assert [problem.code.id for problem in caught.value.problems] == ["JR814"]
