"""The plan as text: golden pages, nothing too wide, nothing lost, nothing raw."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import report_plans as plans
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from jwtroles.catalog import Catalog
from jwtroles.kinds.acl import Acl, Right
from jwtroles.kinds.base import Change, Effect
from jwtroles.kinds.membership import Membership, Options
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.policy import Policy
from jwtroles.kinds.role import Role
from jwtroles.names import PUBLIC, QName, ident
from jwtroles.planner import build_plan
from jwtroles.planner.model import Likeness, Step
from jwtroles.report.markdown import render_markdown
from jwtroles.report.text import render_plan
from jwtroles.report.text.sections import told_by_section
from jwtroles.report.text.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec

GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (60, 80, 100)


@dataclass(frozen=True)
class Case:
    """A plan with the file behind it."""

    plan: Plan
    spec: Spec


def first() -> Case:
    spec = plans.spec_of()
    return Case(plans.plan_of(spec, plans.saas()), spec)


def small() -> Case:
    """Two lines of the file change, and somebody granted a whole table by hand."""
    structure = plans.applied(plans.saas())
    before = plans.compiled(plans.spec_of(), structure).catalog
    before = plans.right(before, plans.relation_ref("customers"), "member", "SELECT", Right())
    text = plans.FILE.replace("status <> 'paid'", "status not in ('paid', 'void')")
    text = text.replace("columns: [note, total], rows", "columns: [note, total, issued_on], rows")
    spec = plans.spec_of(text)
    return Case(plans.plan_of(spec, structure, before, environment="production"), spec)


def drift() -> Case:
    structure = plans.applied(plans.saas())
    spec = plans.spec_of()
    before = plans.drifted(plans.compiled(spec, structure).catalog)
    return Case(plans.plan_of(spec, structure, before), spec)


def in_sync() -> Case:
    structure = plans.applied(plans.saas())
    spec = plans.spec_of()
    return Case(plans.plan_of(spec, structure, plans.compiled(spec, structure).catalog), spec)


def many() -> Case:
    """Forty tables under the same globs, and eight of them with something of their own."""
    more = [plans.table(f"area_{number:02}", "id", "tenant_id") for number in range(40)]
    lines = "".join(f"      app.area_{n:02}: {{insert: [id, tenant_id]}}\n" for n in range(8))
    text = plans.FILE.replace("      app.plans: {select: all}\n", lines)
    spec = plans.spec_of(text)
    return Case(plans.plan_of(spec, plans.saas(*more)), spec)


def renewed() -> Case:
    """A role, a view and a mapping rule leave the file, others come."""
    structure = plans.applied(plans.saas())
    before = plans.compiled(plans.spec_of(), structure).catalog
    text = plans.FILE.partition("views:")[0]
    text = text.replace("  - {claim: roles, contains: auditor, role: auditor}\n", "")
    text = text[: text.index("  auditor:")] + "  analyst: {inherits: [invoice_reader]}\n"
    spec = plans.spec_of(text)
    return Case(plans.plan_of(spec, structure, before, environment="production"), spec)


HOSTILE = ("a\nb", "x\x1b[2J", "-- all fine", 'say "hi"', "ü" * 31, "rtl\u202eevil", "two  words")


def hostile(names: Iterable[str] = HOSTILE) -> Case:
    """Names that a database may have and that try to be something else on a terminal."""
    case = drift()
    structure = case.plan.structure
    catalog = plans.compiled(case.spec, structure).catalog
    for name in names:
        table = QName("app", name)
        policy = Policy(table, name, True, "select", frozenset({name}), f"('{name}' = '')", None)
        catalog = plans.changed(catalog, "policy", policy)
        catalog = plans.changed(catalog, "role", Role(name, project="acme"))
        member = Membership(name, "member", Options(inherit=True, set=False))
        catalog = plans.changed(catalog, "membership", member)
        columns = Right(frozenset({name, "id"}))
        catalog = plans.right(catalog, ObjectRef("table", table), name, "SELECT", columns)
        function = ObjectRef("function", QName(name, "f"), f"{ident(name)} date")
        catalog = plans.right(catalog, function, PUBLIC, "EXECUTE", Right())
    return Case(plans.plan_of(case.spec, structure, catalog), case.spec)


def keys() -> Case:
    """Issuers and keys come, go, change, and were changed by hand."""
    structure = plans.applied(plans.saas())
    spec = plans.spec_of()
    catalog = plans.compiled(spec, structure).catalog
    before, after = (plans.keyed(catalog, then=then) for then in (False, True))
    return Case(plans.plan_of(spec, structure, before, desired=after), spec)


CASES = {
    case.__name__: cache(case)
    for case in (first, small, drift, in_sync, many, renewed, hostile, keys)
}
PAGES = [(name, width, False) for name in CASES for width in WIDTHS] + [
    (name, 100, True) for name in ("first", "many", "in_sync")
]


def page_name(name: str, width: int, verbose: bool) -> str:
    return f"{name}-{width}{'-verbose' if verbose else ''}.txt"


@pytest.mark.parametrize(("name", "width", "verbose"), PAGES)
def test_page(name: str, width: int, verbose: bool, update: bool) -> None:
    case = CASES[name]()
    text = render_plan(case.plan, case.spec, color=False, width=width, verbose=verbose) + "\n"
    golden = GOLDEN / page_name(name, width, verbose)
    if update:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_no_page_is_left_over() -> None:
    there = {path.name for path in GOLDEN.glob("*.txt")}
    assert there == {page_name(*page) for page in PAGES}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [40, 47, 60, 80, 100, 400])
def test_no_line_is_too_wide_or_ends_in_a_blank(name: str, width: int) -> None:
    case = CASES[name]()
    lines = render_plan(case.plan, case.spec, color=False, width=width, verbose=True).split("\n")
    assert [line for line in lines if cell_len(line) > min(width, 100)] == []
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("name", CASES)
def test_colour_only_repeats(name: str) -> None:
    case = CASES[name]()
    plain = render_plan(case.plan, case.spec, color=False, width=80, verbose=False)
    painted = render_plan(case.plan, case.spec, color=True, width=80, verbose=False)
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain
    assert "\x1b" not in plain
    if name != "in_sync":
        assert painted != plain


def test_nothing_raw_reaches_the_terminal() -> None:
    case = hostile()
    text = render_plan(case.plan, case.spec, color=False, width=100, verbose=True)
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text) == []
    assert '"a\\x0ab"' in text
    assert '"x\\x1b[2J"' in text
    assert '"-- all fine"' in text


def test_a_predicate_is_never_cut() -> None:
    rows = " or ".join(f"note = 'value number {number}'" for number in range(60))
    spec = plans.spec_of(plans.FILE.replace("own: owner_id = claims.sub", f'own: "{rows}"'))
    plan = plans.plan_of(spec, plans.saas())
    for width in WIDTHS:
        text = render_plan(plan, spec, color=False, width=width, verbose=False)
        assert "".join(rows.split()) in re.sub(r"\s+|:\d+\n", "", text.replace(":51\n", "\n"))


def test_a_kind_that_no_section_knows_is_not_lost() -> None:
    case = small()
    unknown = Step(Change("key", ("acme", "k1"), None, object()), Effect.LOOSENS, "k1", ())
    plan = replace(case.plan, steps=(*case.plan.steps, unknown))
    text = render_plan(plan, case.spec, color=False, width=100, verbose=False)
    assert "Other changes\n  + key acme k1" in text


def told(plan: Plan, spec: Spec, verbose: bool) -> Counter[int]:
    sections = told_by_section(Sheet(plan, spec, verbose))
    return Counter(id(step) for _, blocks in sections for block in blocks for step in block.told)


def assert_all_told(plan: Plan, spec: Spec) -> None:
    for verbose in (False, True):
        assert told(plan, spec, verbose) == Counter(id(step) for step in plan.steps)
    text = render_plan(plan, spec, color=False, width=100, verbose=False)
    assert "Other changes" not in text
    assert text == render_plan(plan, spec, color=False, width=100, verbose=False)


@pytest.mark.parametrize("name", CASES)
def test_every_change_is_told_once(name: str) -> None:
    case = CASES[name]()
    assert_all_told(case.plan, case.spec)


SPEC = plans.spec_of()
STRUCTURE = plans.applied(plans.saas())
MADE = plans.compiled(SPEC, STRUCTURE)
WANTED = MADE.catalog
POOLS = (
    plans.keyed(WANTED, then=True),
    plans.keyed(plans.drifted(WANTED), then=False),
    hostile().plan.current,
    plans.bare(plans.saas()),
)
OBJECTS = sorted(
    {
        (kind, str(key)): (kind, key)
        for pool in POOLS
        for kind in pool.objects
        for key in pool[kind]
    }.values(),
    key=str,
)


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    """Mix catalogs object by object; each is absent, or as one of them has it."""
    chosen: dict[str, list[Any]] = {}
    skip = draw(st.sets(st.integers(0, len(OBJECTS) - 1), max_size=60))
    default = draw(st.integers(0, len(POOLS) - 1))
    other = draw(st.dictionaries(st.integers(0, len(OBJECTS) - 1), st.integers(0, 3), max_size=60))
    for number, (kind, key) in enumerate(OBJECTS):
        item = POOLS[other.get(number, default)][kind].get(key)
        if item is not None and number not in skip:
            chosen.setdefault(kind, []).append(item)
    return Catalog.of(chosen)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(catalogs(), catalogs())
def test_every_change_of_any_plan_is_told_once(current: Catalog, desired: Catalog) -> None:
    plan = build_plan(SPEC, None, STRUCTURE, current, desired, MADE)
    assert_all_told(plan, SPEC)


def test_many_names_of_one_change_are_listed_on_request() -> None:
    case = CASES["many"]()
    brief = render_plan(case.plan, case.spec, color=False, width=100, verbose=False)
    full = render_plan(case.plan, case.spec, color=False, width=100, verbose=True)
    assert brief.count("app.area_39") == 0
    assert full.count("app.area_39") == 3  # row security, floor, access


def test_the_counts_are_those_of_the_plan() -> None:
    case = drift()
    text = render_plan(case.plan, case.spec, color=False, width=100, verbose=False)
    verbs = case.plan.verbs()
    assert f"{sum(verbs.values())} changes: {verbs['add']} to add" in text


def test_a_check_that_stays_is_not_told() -> None:
    structure = plans.applied(plans.saas())
    catalog = plans.compiled(SPEC, structure).catalog
    update = catalog["policy"][QName("app", "invoices"), "jr_member_update"]
    for using, check, told in (("true", update.check, False), ("true", "true or false", True)):
        current = plans.changed(catalog, "policy", replace(update, using=using, check=check))
        plan = plans.plan_of(SPEC, structure, current)
        text = render_plan(plan, SPEC, color=False, width=100, verbose=False)
        for page in (text, render_markdown(plan, SPEC)):
            assert "every row" in page
            assert (" check " in page or ">check " in page) is told


def test_a_column_acl_with_an_acl_of_nobody_is_no_change() -> None:
    structure = plans.applied(plans.saas())
    catalog = plans.compiled(SPEC, structure).catalog
    empty = Acl(plans.relation_ref("nothing"), {})
    plan = plans.plan_of(SPEC, structure, plans.changed(catalog, "acl", empty))
    text = render_plan(plan, SPEC, color=False, width=100, verbose=False)
    assert text == "acme → staging    In sync."


def test_the_address_is_shown_without_a_password() -> None:
    case = small()
    server = replace(case.plan.server, address="db.internal:6432")
    plan = replace(case.plan, server=server)
    page = render_plan(plan, case.spec, color=False, width=100, verbose=False)
    assert "postgresql://deployer@db.internal:6432/acme" in page.splitlines()[0]


@pytest.mark.parametrize(
    ("source", "target", "called"),
    [
        (
            "staging",
            "postgresql://u:***@db.acme:5432/acme?sslmode=require",
            ("staging", "db.acme:5432/acme"),
        ),
        ("postgresql:///a?host=/run", "postgresql:///b?host=/run", ("a", "b")),
        ("postgresql:///a?host=/one", "postgresql:///a?host=/two", None),
        ("postgresql://", "access.json", ("postgresql://", "access.json")),
    ],
)
def test_an_address_is_called_by_what_tells_it_from_the_other(source, target, called):
    assert Likeness(source, target).called == (called or (source, target))
