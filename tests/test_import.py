"""`jwtroles import`: whatever a database has, the file that comes of it changes nothing.

Each folder of `imports/` is a database: `objects.sql` are its tables, `access.sql` is who may do
what, `unsaid.txt` lists all that the language cannot say of it, and nothing else may be kept.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jwtroles.decompile import Imported, import_database
from jwtroles.errors import CompileError, UsageError
from jwtroles.planner.diff import diff
from jwtroles.planner.kept import entries, set_aside
from jwtroles.spec.load import load_text
from jwtroles.workflow import make_plan, read_database
from tests.servers import MAJORS, Clusters
from tests.workbench import Workbench, plan_and_apply

if TYPE_CHECKING:
    from collections.abc import Iterator

SHAPES = sorted(path for path in Path(__file__).with_name("imports").iterdir() if path.is_dir())


@pytest.fixture(scope="module", params=MAJORS)
def bench(request: pytest.FixtureRequest, cluster: Clusters) -> Iterator[Workbench]:
    with cluster(request.param).fresh() as sandbox, closing(Workbench(sandbox)) as bench:
        yield bench


@pytest.fixture(params=SHAPES, ids=[path.name for path in SHAPES])
def shape(request: pytest.FixtureRequest, bench: Workbench) -> Iterator[Path]:
    folder: Path = request.param
    bench.empty()
    bench.run_sql(text(folder, "objects.sql") + "; RESET ROLE;" + text(folder, "access.sql"))
    yield folder
    bench.empty()


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


def test_the_plan_is_empty_and_the_unsaid_is_listed(bench: Workbench, shape: Path) -> None:
    """The file is the same each time, its plan is empty, and it keeps just what is listed."""
    session = bench.session()
    made = import_database(session, "acme")
    assert import_database(session, "acme").text == made.text
    assert make_plan(session, load_text(made.text), None).plan.steps == ()
    assert kept(made) == unsaid(shape, bench.major)


def test_on_a_bare_copy_the_file_makes_the_same(bench: Workbench, shape: Path) -> None:
    """Applied where there are tables alone it gives the same catalog, but for what it keeps."""
    spec = load_text(import_database(bench.session(), "acme").text)
    wanted = read_database(bench.session(), spec, None)
    bench.empty()
    bench.run_sql(text(shape, "objects.sql"))
    plan_and_apply(bench.session(), spec)
    made = read_database(bench.session(), spec, None).catalog
    # What is left is there in the first database alone, and an entry of `keep` says so.
    changes = diff(wanted.catalog, made)
    left, _ = set_aside(changes, entries(spec, None, wanted.structure))
    assert [change for change in left if not forced(change)] == []


def forced(change: object) -> bool:
    """Tell whether FORCE ROW LEVEL SECURITY is all of a difference: no file says it."""
    before, after = change.before, change.after  # type: ignore[attr-defined]
    return getattr(before, "forced", None) is True and getattr(after, "forced", None) is False


def test_a_managed_database_is_not_planned_as_unmarked(bench: Workbench) -> None:
    """JR802: the plan would remove what jwtroles has there."""
    bench.empty()
    bench.run_sql("CREATE SCHEMA app; CREATE SCHEMA jwtroles")
    file = "jwtroles: 1\nproject: acme\ndatabase: {schemas: [app], unmarked: true}\n"
    with pytest.raises(CompileError) as caught:
        make_plan(bench.session(), load_text(file), None)
    assert [problem.code.id for problem in caught.value.problems] == ["JR802"]
    bench.empty()


POLICY = "- {name: p, tables: [app.*], to: [PUBLIC], using: id > 0}\n"


@pytest.mark.parametrize(
    ("policies", "code"),
    [
        (POLICY + POLICY.replace("app.*", "app.a"), "JR803"),
        (POLICY.replace("PUBLIC", "nobody_there"), "JR361"),
        (POLICY.replace("app.*", "app.v"), "JR305"),
        ("- {name: p, tables: [app.b], to: [PUBLIC], using: id > 0}\n", "JR302"),
    ],
)
def test_policies_fit_the_database(bench: Workbench, policies: str, code: str) -> None:
    """What `policies` names has to be there, once."""
    bench.empty()
    bench.run_sql("CREATE SCHEMA app; CREATE TABLE app.a (id int); CREATE VIEW app.v AS SELECT 1")
    file = "jwtroles: 1\nproject: acme\ndatabase: {schemas: [app], unmarked: true}\npolicies:\n"
    with pytest.raises(CompileError) as caught:
        make_plan(bench.session(), load_text(file + policies), None)
    assert code in [problem.code.id for problem in caught.value.problems]
    bench.empty()


def test_nothing_to_import(bench: Workbench) -> None:
    """JR814: no such schema."""
    bench.empty()
    with pytest.raises(UsageError) as caught:
        import_database(bench.session(), "acme", ("nowhere",))
    assert [problem.code.id for problem in caught.value.problems] == ["JR814"]
