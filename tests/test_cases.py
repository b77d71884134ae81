"""Golden cases: `cases/<kind>/<case>/`, each a file against a database, with the plan it must give.

before.sql       tables as migrations left them (cases/schema.sql where it is absent)
without.sql      the same tables without the past that before.sql tells of: what spec.yaml makes of
                 them is what it must make of before.sql
rights.sql       run after before.sql by a superuser: what the role that applies was given
first.yaml       applied first; where there is none, a case with a migration or drift starts from
                 spec.yaml itself
migration.sql    run after that by a superuser: what a later migration did
drift.sql        run after that by a superuser: what somebody changed by hand (in these files
                 and rights.sql `:applier` is the role that applies)
spec.yaml        what must be there in the end; its own tests must pass then
expected.sql     the statements of the plan, without loans of memberships (expected-15.sql where
                 PostgreSQL 15 and older need others)
error.txt        in place of expected.sql: why the file is refused
createrole.txt   beside expected.sql: why a role without superuser cannot apply this plan

cases/keys.json has the variables that these files may name: keys of RFC 7517 and RFC 8037, and
secrets that are none.

A folder is called after what the plan does to its kind: create…, alter… or drop…. Folders of
`names`, `mode` and `pains` (what users of other programs suffer, see docs/pains.md) are called
after what they show.
"""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from jwtroles import policy_tests
from jwtroles.applier import apply
from jwtroles.errors import Exit, JwtrolesError
from jwtroles.kinds import KINDS
from jwtroles.kinds.base import Phase
from jwtroles.planner.script import lines
from jwtroles.report.contract import render_json, schema
from jwtroles.report.problems import render
from jwtroles.workflow import make_plan
from tests.convergence.coverage import NEVER, VERBS
from tests.servers import APPLIERS, DEPLOYER, MAJORS
from tests.workbench import (
    EVERYTHING,
    Workbench,
    described,
    loaded,
    plan_and_apply,
    plan_and_run,
    run_script,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Spec
    from tests.servers import Clusters

CASES = Path(__file__).parent / "cases"
SCHEMA = CASES / "schema.sql"
CONTRACT = Draft202012Validator(schema())
INPUTS = {
    "before.sql",
    "without.sql",
    "rights.sql",
    "first.yaml",
    "migration.sql",
    "drift.sql",
    "spec.yaml",
}
TOPICS = {"names", "mode", "pains"}
"""Folders that are not called after a kind."""
OLDER = {major: f"expected-{major}.sql" for major in MAJORS[:-1]}
OUTPUTS = {"expected.sql", *OLDER.values(), "error.txt", "createrole.txt"}


@dataclass(frozen=True)
class Case:
    """A folder of cases."""

    folder: Path

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def kind(self) -> str:
        return self.folder.parent.name

    @property
    def verb(self) -> str | None:
        """What the plan must do to an object of the kind, by the folder's name."""
        known = {kind.name for kind in KINDS}
        return VERBS.get(self.folder.name.split("_")[0]) if self.kind in known else None

    @cached_property
    def files(self) -> dict[str, str]:
        return {path.name: path.read_text("utf-8") for path in sorted(self.folder.iterdir())}

    @property
    def before(self) -> str:
        return self.files.get("before.sql") or SCHEMA.read_text("utf-8")

    @property
    def without(self) -> str:
        """The tables of before.sql without their past."""
        return self.files.get("without.sql") or self.before

    def script(self, name: str, applier: str) -> str:
        role = "postgres" if applier == "superuser" else DEPLOYER
        return self.files.get(name, "").replace(":applier", role)

    def migration(self, applier: str) -> str:
        return self.script("migration.sql", applier)

    def spec(self, file: str = "spec.yaml") -> Spec:
        return loaded(self.files[file], file)

    @property
    def first(self) -> str | None:
        """Name the file that is applied before everything else."""
        if "first.yaml" in self.files:
            return "first.yaml"
        changed = {"migration.sql", "drift.sql"} & self.files.keys()
        return "spec.yaml" if changed else None

    def golden(self, name: str) -> Path:
        return self.folder / name

    def expected_name(self, major: int) -> str:
        """Name the golden of a server: of the nearest one from it upwards that has its own."""
        own = (name for n, name in OLDER.items() if n >= major and name in self.files)
        return next(own, "expected.sql")


FOLDERS = [Case(path) for path in sorted(CASES.glob("*/*")) if path.is_dir()]


@pytest.fixture(scope="module", autouse=True)
def variables() -> Iterator[None]:
    """Set the variables that hold keys."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in json.loads((CASES / "keys.json").read_text("utf-8")).items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def multiples() -> None:
    """Let plans under test make the multiples of points."""


# Newest first: an update writes expected.sql there, and below it only what differs.
@pytest.fixture(scope="module", params=sorted(MAJORS, reverse=True))
def bench(request: pytest.FixtureRequest, cluster: Clusters) -> Iterator[Bench]:
    """Give one database on each major version, emptied between the cases."""
    with cluster(request.param).fresh() as sandbox, closing(Bench(sandbox)) as bench:
        yield bench


@pytest.mark.parametrize("applier", APPLIERS)
@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_case(
    case: Case,
    bench: Bench,
    applier: str,
    update: bool,
    record_case: Callable[[int, str], None],
) -> None:
    refused = "error.txt" in case.files
    wanted = {} if refused else bench.built_directly(case)
    bench.empty()
    connection = bench.prepare(case, applier)
    if refused:
        check_error(case, bench, connection, update=update and applier == "superuser")
    else:
        check_plan(case, bench, connection, wanted, update=update)
    record_case(bench.major, applier)


@dataclass
class Bench(Workbench):
    """Brings a database to where a case starts.

    What the product has made of a file is run again as a script where another case starts from the
    same.
    """

    _scripts: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _built: dict[tuple[str, ...], dict[str, list[str]]] = field(default_factory=dict)

    def prepare(self, case: Case, applier: str) -> Connection:
        """Bring the empty database to where the case starts; return a session of the applier."""
        self.run_sql(case.before)
        if applier != "superuser":
            self.sandbox.make_deployer()
        self.run_sql(case.script("rights.sql", applier))
        role = "postgres" if applier == "superuser" else DEPLOYER
        if case.first:
            self._run(case, case.first, role, case.before, case.script("rights.sql", applier))
        self.run_sql(case.migration(applier))
        self.run_sql(case.script("drift.sql", applier))
        return self.session(role)

    def _run(self, case: Case, file: str, role: str, *tables: str) -> None:
        """Bring a database that has these tables to what the product makes of a file."""
        key = (*tables, case.files[file], role)
        if self._scripts.get(key):
            run_script(self.session(role), self._scripts[key])
        else:
            self._scripts[key] = plan_and_run(self.session(role), case.spec(file))

    def built_directly(self, case: Case) -> dict[str, list[str]]:
        """Return the catalog after spec.yaml alone, applied to a database without a past."""
        key = (case.without, case.migration("superuser"), case.files["spec.yaml"])
        if key not in self._built:
            self.empty()
            self.run_sql(case.without)
            self.run_sql(case.migration("superuser"))
            self._run(case, "spec.yaml", "postgres", case.without, case.migration("superuser"))
            self._built[key] = self.read(case.spec())
        return self._built[key]


def check_plan(
    case: Case,
    bench: Bench,
    connection: Connection,
    wanted: dict[str, list[str]],
    *,
    update: bool,
) -> None:
    spec = case.spec()
    planned = make_plan(connection, spec, None)
    whole, pain = case.name == "own_schema/create", case.kind == "pains"
    text = text_of(planned.plan, bodies=whole, machinery=not pain)
    superuser = planned.plan.server.superuser
    if superuser and bench.major == max(MAJORS):
        CONTRACT.validate(json.loads(render_json(planned.plan, (), Exit.DONE)))
    compare(case, bench.major, text, update=update and superuser)
    if case.verb:
        verbs = {s.change.verb for s in planned.plan.steps if s.change.kind == case.kind}
        assert case.verb in verbs, f"the plan does not {case.verb} a {case.kind}"
    if "createrole.txt" in case.files and not superuser:
        said = refusal(connection, spec)
        if update:
            case.golden("createrole.txt").write_text(said, "utf-8")
        else:
            assert said == case.files["createrole.txt"]
        return
    apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
    again = make_plan(connection, spec, None)
    proof = policy_tests.run(connection, spec) if spec.tests else None
    assert proof is None or (proof.passed and proof.expectations), proof
    assert text_of(again.plan) == ""
    assert [step.change for step in again.plan.steps] == []
    # What the plan made of a database with a past is what it makes of one without.
    if spec.database.mode == "authoritative" and not spec.keep:
        seen = described(again.plan.current) if superuser else bench.read(spec)
        assert seen == wanted


def check_error(case: Case, bench: Bench, connection: Connection, *, update: bool) -> None:
    spec = case.spec()
    before = bench.read(spec)
    said = refusal(connection, spec)
    if update:
        case.golden("error.txt").write_text(said, "utf-8")
    else:
        assert said == case.files["error.txt"]
    assert bench.read(spec) == before


def refusal(connection: Connection, spec: Spec) -> str:
    """Plan and apply, and return what the user is told instead."""
    with pytest.raises(JwtrolesError) as caught:
        plan_and_apply(connection, spec)
    return render(caught.value, color=False, width=100) + "\n"


BODY = re.compile(r"\$jwtroles\$.*?\$jwtroles\$", re.DOTALL)
MACHINERY = re.compile(r"\b(?:ON|INTO|TABLE|SCHEMA|FUNCTION) jwtroles\b")
"""What a statement on the schema jwtroles, or on something in it, begins with."""


def text_of(plan: Plan, *, bodies: bool = False, machinery: bool = True) -> str:
    """Return the plan as both appliers must see it: without what only one of them needs.

    On 16 and later a membership is revoked in the name of the role that granted it. The bodies of
    the schema's own functions stand in one case only, own_schema/create. Without `machinery`,
    nothing that is done to the schema jwtroles is shown.
    """
    shared = [
        statement
        for statement in plan.statements
        if statement.phase not in {Phase.BORROW, Phase.BORROW_NEW, Phase.RETURN}
        and statement.note != "to plan again"
        and (machinery or not MACHINERY.search(statement.sql.split("\n")[0]))
    ]
    mine = re.compile(rf"GRANTED BY {plan.server.applier}\b")
    text = "".join(f"{mine.sub('GRANTED BY :applier', line.sql)};\n" for line in lines(shared))
    return text if bodies else BODY.sub("$jwtroles$…$jwtroles$", text)


def compare(case: Case, major: int, text: str, *, update: bool) -> None:
    """Compare a plan with the golden one, or write it."""
    if not update:
        assert text == case.files[case.expected_name(major)]
        return
    if major == max(MAJORS):
        case.golden("expected.sql").write_text(text, "utf-8")
    else:
        special = case.golden(OLDER[major])
        special.unlink(missing_ok=True)
        case.__dict__.pop("files", None)  # read again
        if text != case.files[case.expected_name(major)]:
            special.write_text(text, "utf-8")
    case.__dict__.pop("files", None)


def test_every_kind_is_created_altered_and_dropped() -> None:
    have = {(case.kind, case.folder.name.split("_")[0]) for case in FOLDERS}
    need = {(kind.name, verb) for kind in KINDS for verb in VERBS}
    never = {(name, verb) for name, verbs in NEVER.items() for verb in verbs}
    assert sorted(need - have) == sorted(never)


def test_no_case_stands_under_an_unknown_kind() -> None:
    assert {case.kind for case in FOLDERS} <= {kind.name for kind in KINDS} | TOPICS


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_files_of_a_case_belong_together(case: Case) -> None:
    assert list(wrongs(case)) == []


def wrongs(case: Case) -> Iterator[str]:
    """Yield what is missing in a folder, and what nobody reads."""
    files = case.files
    if "spec.yaml" not in files:
        yield "there is no spec.yaml"
    yield from (f"{name} is read by nobody" for name in files.keys() - INPUTS - OUTPUTS)
    if ("error.txt" in files) == ("expected.sql" in files):
        yield "there must be one of expected.sql and error.txt"
    if "error.txt" in files:
        orphans = files.keys() & (OUTPUTS - {"error.txt"})
        yield from (f"{name} is an orphan beside error.txt" for name in orphans)
    goldens = [name for name in ("expected.sql", *reversed(OLDER.values())) if name in files]
    for newer, older in pairwise(goldens):
        if files[newer] == files[older]:
            yield f"{older} says the same as {newer}"
    if "drift.sql" in files and not {"expected.sql", "error.txt"} & files.keys():
        yield "nothing is expected of the drift"
    if "without.sql" in files and files["without.sql"] == files.get("before.sql"):
        yield "without.sql says the same as before.sql"


def test_wrong_folders_are_told(tmp_path: Path) -> None:
    """The checks above can fail."""
    folder = tmp_path / "acl" / "create_nothing"
    folder.mkdir(parents=True)
    for name in ("expected.sql", "expected-15.sql", "notes.txt"):
        (folder / name).write_text("SELECT 1;\n")
    assert sorted(wrongs(Case(folder))) == [
        "expected-15.sql says the same as expected.sql",
        "notes.txt is read by nobody",
        "there is no spec.yaml",
    ]
