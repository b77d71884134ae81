"""No window: at no moment of an apply can anybody do more than before or after."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from jwtroles.applier import apply
from jwtroles.kinds.base import Phase
from jwtroles.planner.batches import Cluster
from jwtroles.reader.connection import connect
from jwtroles.workflow import make_plan
from tests.live.splitting import cut_everywhere
from tests.live.window import SCHEMA, Fact, Watcher, one_by_one
from tests.workbench import loaded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.applier import Progress
    from jwtroles.kinds.base import Statement
    from jwtroles.planner.model import Plan
    from tests.servers import Clusters, Sandbox

ALL = ("cuts_off", "destroys")

HEAD = """\
jwtroles: 1
project: probe
database: {schemas: [app], connect_as: gate, exempt: [bot]}
tokens:
  verify: gateway
  claims:
    sub: {type: uuid, required: true}
    tenant_id: {type: uuid, required: true}
    roles: {type: "text[]"}
"""
MAPPING = """\
mapping:
  - {claim: roles, contains: a, role: auditor}
  - {claim: roles, contains: w, role: writer}
  - {claim: roles, contains: r, role: reader}
"""
FLOOR = """\
tenancy:
  rows: tenant_id = claims.tenant_id
  tables: [app.docs, app.notes]
"""
ROWS = """\
rows:
  own: owner_id = claims.sub
  public: title like '%public%'
"""
ROLES = """\
roles:
  reader:
    tables:
      app.docs: {select: {columns: [id, title], rows: public}}
  writer:
    inherits: [reader]
    tables:
      app.docs:
        insert: {columns: [id, tenant_id, owner_id, title], rows: own}
        update: {columns: [title], rows: own}
      app.notes: {select: all, insert: all, delete: all}
  auditor:
    tables:
      app.docs: {select: [id, body]}
"""
VIEW = """\
views:
  app.doc_list:
    from: app.docs
    columns: {id: id, title: title, body: "'-'"}
    rows: public
    grant: {auditor: [select]}
"""
FILE = HEAD + MAPPING + FLOOR + ROWS + ROLES + VIEW


def changed(*pairs: tuple[str, str]) -> str:
    text = FILE
    for old, new in pairs:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Move:
    """A transition from one file to another.

    `whole` unless statements of it must stay in one transaction: rules of the mapping are tried in
    order, and a policy that is neither wider nor narrower changes together with the rights on its
    table.
    """

    before: str
    after: str
    whole: bool = True


READS = "app.docs: {select: {columns: [id, title], rows: public}}"

MOVES = {
    "first apply": Move("", FILE),
    "everything goes but one role": Move(
        FILE,
        HEAD
        + "mapping: [{claim: roles, contains: r, role: reader}]\n"
        + FLOOR
        + ROWS
        + "roles:\n  reader:\n    tables: {app.docs: {select: {columns: [id], rows: own}}}\n",
        whole=False,
    ),
    "a role is removed and another gets its rights": Move(
        FILE,
        changed(
            ("  - {claim: roles, contains: a, role: auditor}\n", ""),
            ("  auditor:\n    tables:\n      app.docs: {select: [id, body]}\n", ""),
            ("    grant: {auditor: [select]}", "    grant: {reader: [select]}"),
            (READS, "app.docs: {select: [id, title, body]}"),
        ),
    ),
    "other columns of other rows": Move(
        FILE, changed((READS, "app.docs: {select: {columns: [id, body], rows: own}}")), whole=False
    ),
    "fewer rows, more columns": Move(
        FILE,
        changed((READS, "app.docs: {select: {columns: [id, title, body], rows: public and own}}")),
    ),
    "more rows, fewer columns": Move(
        FILE, changed((READS, "app.docs: {select: {columns: [id], rows: public or own}}"))
    ),
    "the floor changes": Move(
        FILE,
        changed(
            ("rows: tenant_id = claims.tenant_id", "rows: owner_id = claims.sub"),
            ("tables: [app.docs, app.notes]", "tables: [app.docs]\n  except: [app.notes]"),
            (READS, "app.docs: {select: all}"),
        ),
        whole=False,
    ),
    "the floor and the rows change": Move(
        FILE,
        changed(
            ("rows: tenant_id = claims.tenant_id", "rows: owner_id = claims.sub"),
            ("tables: [app.docs, app.notes]", "tables: [app.docs]\n  except: [app.notes]"),
            (READS, """app.docs: {select: {columns: [id, title], rows: "title like '%draft%'"}}"""),
        ),
        whole=False,
    ),
    "the floor stands through another table": Move(
        FILE,
        changed(
            (
                "  tables: [app.docs, app.notes]\n",
                """\
  tables: [app.docs, app.notes]
  through: {app.notes: {app.docs: notes.doc_id = docs.id}}
""",
            ),
            (READS, "app.docs: {select: {columns: [id, title, body], rows: public}}"),
        ),
        whole=False,
    ),
    "a member moves to another role": Move(
        FILE,
        changed(
            ("    inherits: [reader]\n", "    inherits: [auditor]\n"),
            (READS, "app.docs: {select: all}"),
        ),
    ),
    "tokens become other roles": Move(
        FILE,
        changed(
            (
                "  - {claim: roles, contains: a, role: auditor}\n",
                "  - {claim: roles, contains: a, role: reader}\n",
            ),
            (
                "      app.docs: {select: [id, body]}\n",
                "      app.docs: {select: all, delete: all}\n",
            ),
        ),
        whole=False,
    ),
    "a rule in front goes": Move(
        FILE,
        changed(
            ("  - {claim: roles, contains: a, role: auditor}\n", ""),
            (
                "      app.docs: {select: [id, body]}\n",
                "      app.docs: {select: all, delete: all}\n",
            ),
            ("app.notes: {select: all, insert: all, delete: all}", "app.notes: {select: all}"),
        ),
        whole=False,
    ),
    "a view shows other columns of other rows": Move(
        FILE,
        changed(
            (
                """columns: {id: id, title: title, body: "'-'"}""",
                """columns: {id: id, title: "'-'", body: body}""",
            ),
            ("    rows: public\n    grant", "    rows: owner_id = claims.sub\n    grant"),
        ),
        whole=False,
    ),
}
MOVES |= {
    f"{name}, and back": Move(m.after, m.before, m.whole) for name, m in MOVES.items() if m.before
}


@dataclass
class Ground:
    """A database in which a transition is watched."""

    sandbox: Sandbox
    url: str
    watcher: Watcher

    def start(self, move: Move) -> tuple[frozenset[Fact], str]:
        """Apply what is before; return what everybody may do then, and what comes after."""
        if move.before:
            self.run(move.before)
        return self.watcher.facts(), move.after

    def run(self, text: str, look: Progress = lambda *_: None, **options: Any) -> Plan:
        """Plan and apply a file."""
        with connect(self.url) as connection:
            planned = make_plan(connection, loaded(text), None)
            apply(connection, planned.plan, planned.scope, allow=ALL, progress=look, **options)
            assert make_plan(connection, loaded(text), None).plan.empty
        return planned.plan

    def only(self, seen: dict[Fact, str], before: frozenset[Fact]) -> None:
        """Nothing was seen but what was there before, or is there now."""
        may = before | self.watcher.facts()
        extra = {fact: when for fact, when in seen.items() if fact not in may}
        assert not extra, extra

    def watched_in_parts(self, text: str) -> dict[Fact, str]:
        """Apply a file that is planned as several transactions; look after each of them."""
        seen: dict[Fact, str] = {}

        def look(stage: str, done: int, of: int) -> None:
            if stage == "committed":
                seen.update(dict.fromkeys(self.watcher.facts(), f"transaction {done} of {of}"))

        assert len(self.run(text, look).batches) > 1
        return seen

    def watched_one_by_one(self, text: str, order: dict[Phase, Phase]) -> dict[Fact, str]:
        """Run a plan in autocommit, phases exchanged as told; look after each statement."""
        seen: dict[Fact, str] = {}

        def look(sql: str) -> None:
            for fact in self.watcher.facts():
                seen.setdefault(fact, sql)

        with connect(self.url) as connection:
            plan = make_plan(connection, loaded(text), None).plan
            moved = sorted(plan.statements, key=lambda s: order.get(s.phase, s.phase))
            one_by_one(connection, moved, look)
            assert make_plan(connection, loaded(text), None).plan.empty
        return seen

    def watched_meanwhile(self, text: str) -> dict[Fact, str]:
        """Apply a file while three sessions look all the time."""
        seen: dict[Fact, str] = {}
        done = threading.Event()
        looks: list[int] = []

        def look(watcher: Watcher) -> None:
            while not done.is_set():
                seen.update(dict.fromkeys(watcher.facts(), "meanwhile"))
                looks.append(1)

        watchers = [Watcher(self.sandbox.connect(), patience="100ms") for _ in range(3)]
        threads = [threading.Thread(target=look, args=(one,)) for one in watchers]
        for thread in threads:
            thread.start()
        try:
            self.run(text, lock_timeout="20s")
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert len(looks) >= 3
        return seen


CELLS = ((14, "createrole"), (18, "superuser"))
"""The oldest and the newest server, with either applying role."""


def on_cells(names: Iterable[str]) -> list[tuple[str, int, str]]:
    """Deal transitions out to the cells: each is watched once."""
    return [(name, *CELLS[number % 2]) for number, name in enumerate(names)]


@pytest.fixture
def ground(cluster: Clusters, major: int, applier: str) -> Iterator[Ground]:
    with cluster(major).fresh() as sandbox:
        sandbox.run_sql(SCHEMA)
        yield Ground(sandbox, sandbox.applier_url(applier), Watcher(sandbox.connect()))


WATCHED = ("name", "major", "applier")


@pytest.mark.parametrize(WATCHED, on_cells(MOVES))
def test_cut_wherever_it_may_be_nobody_ever_sees_more(
    ground: Ground, name: str, monkeypatch: pytest.MonkeyPatch
):
    before, after = ground.start(MOVES[name])
    cut_everywhere(monkeypatch)
    seen = ground.watched_in_parts(after)
    ground.only(seen, before)
    assert ground.watcher.facts() != before, "the transition changes what somebody may do"


@pytest.mark.parametrize(WATCHED, on_cells(name for name, move in MOVES.items() if move.whole))
def test_statement_by_statement_nobody_ever_sees_more(ground: Ground, name: str):
    before, after = ground.start(MOVES[name])
    ground.only(ground.watched_one_by_one(after, {}), before)


EXCHANGED = {
    "fewer rows, more columns": {Phase.TIGHTEN: Phase.LOOSEN, Phase.LOOSEN: Phase.TIGHTEN},
    "first apply": {Phase.TIGHTEN: Phase.MEMBERSHIPS, Phase.ENABLE: Phase.MEMBERSHIPS},
    "a member moves to another role": {Phase.UNMEMBER: Phase.MEMBERSHIPS},
}
"""Orders that are wrong: loosen before tighten, grants before row security, and memberships that
end after their role got more."""


@pytest.mark.parametrize(WATCHED, on_cells(EXCHANGED))
def test_a_wrong_order_is_seen(ground: Ground, name: str):
    before, after = ground.start(MOVES[name])
    seen = ground.watched_one_by_one(after, EXCHANGED[name])
    with pytest.raises(AssertionError):
        ground.only(seen, before)


def every_statement_alone(_steps: object, ordered: Iterable[Statement]) -> list[Cluster]:
    return [Cluster([statement]) for statement in ordered]


BROKEN = {
    "the floor and the rows change": ("jwtroles.planner.batches.clusters", every_statement_alone),
    "tokens become other roles": ("jwtroles.planner._behind", lambda *_: ()),
}
"""Ways to cut that are wrong: policies of one table apart from each other, and a mapping whose
later rules are tried while an earlier one is away."""


@pytest.mark.parametrize(WATCHED, on_cells(BROKEN))
def test_a_wrong_cut_is_seen(ground: Ground, name: str, monkeypatch: pytest.MonkeyPatch):
    before, after = ground.start(MOVES[name])
    cut_everywhere(monkeypatch)
    monkeypatch.setattr(*BROKEN[name])
    seen = ground.watched_in_parts(after)
    with pytest.raises(AssertionError):
        ground.only(seen, before)


ALL_THE_TIME = (
    "fewer rows, more columns",
    "a member moves to another role",
    "a rule in front goes",
)


@pytest.mark.parametrize(WATCHED, on_cells(ALL_THE_TIME))
def test_sessions_that_look_all_the_time_see_no_more(
    ground: Ground, name: str, monkeypatch: pytest.MonkeyPatch
):
    """Three sessions look while a plan runs, in many transactions and, back, in one."""
    before, after = ground.start(MOVES[name])
    with monkeypatch.context() as patch:
        cut_everywhere(patch)
        seen = ground.watched_meanwhile(after)
    ground.only(seen, before)
    middle = ground.watcher.facts()
    ground.only(ground.watched_meanwhile(MOVES[name].before), middle)
