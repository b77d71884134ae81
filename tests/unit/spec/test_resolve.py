"""Templates, `grant_to` and `only`: what a file comes to, as a whole and in one environment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jwtroles.errors import SpecError
from jwtroles.spec.load import load_text
from jwtroles.spec.model import Word
from jwtroles.spec.resolve import resolve

HEAD = """\
jwtroles: 1
project: acme
database: {schemas: [orders, billing], connect_as: {web: [member, debug]}}
environments: {staging: {confirm: true}, production: {confirm: true}}
tokens: {verify: gateway, claims: {groups: {type: "text[]"}}}
"""
LIMITED = (
    HEAD
    + """\
roles:
  member:
    inherits: [debug]
    tables:
      orders.*: {select: all}
      orders.items: {only: [staging], delete: all}
  debug: {only: [staging]}
  PUBLIC: {functions: {"orders.f()": [execute]}}
views:
  orders.v: {from: orders.items, columns: {id: id}, grant: {member: [select], debug: [select]}}
  orders.w: {from: orders.items, columns: {id: id}, only: [staging]}
queries:
  orders.q: {returns: {a: int}, sql: select 1, grant: [debug, member]}
  orders.r: {returns: {a: int}, sql: select 1, only: [production]}
mapping:
  - {claim: groups, contains: debug, role: debug, only: [staging]}
  - {claim: groups, contains: x, role: member}
tests:
  - {name: a, as: {}, becomes: debug, only: [staging]}
  - {name: b, as: {}, becomes: null}
"""
)


def names(items) -> list[str]:
    return [str(item) for item in items]


def test_only_leaves_out_what_is_elsewhere_and_all_that_names_it() -> None:
    spec = load_text(LIMITED)
    here = resolve(spec, spec.environments[Word("production")])
    member = here.roles[Word("member")]
    assert names(here.roles) == ["member", "PUBLIC"]
    assert (member.inherits, names(member.tables)) == ((), ["orders.*"])
    assert [names(login.roles or ()) for login in here.database.connect_as] == [["member"]]
    assert {str(name): names(view.grant) for name, view in here.views.items()} == {
        "orders.v": ["member"]
    }
    assert {str(name): names(query.grant) for name, query in here.queries.items()} == {
        "orders.q": ["member"],
        "orders.r": [],
    }
    assert [str(rule.role) for rule in here.mapping] == ["member"]
    assert [str(test.name) for test in here.tests] == ["b"]


def test_only_keeps_everything_that_is_here() -> None:
    spec = load_text(LIMITED)
    here = resolve(spec, spec.environments[Word("staging")])
    assert here.roles == spec.roles
    assert here.database == spec.database
    assert (here.mapping, here.tests) == (spec.mapping, spec.tests)
    assert names(here.views) == names(spec.views)
    assert names(here.queries) == ["orders.q"]
    assert resolve(here, spec.environments[Word("staging")]) == here


def test_only_without_a_choice_is_refused() -> None:
    with pytest.raises(SpecError) as caught:
        resolve(load_text(LIMITED), None)
    (problem,) = caught.value.problems
    assert problem.code.id == "JR252"
    assert str(problem.place) == "jwtroles.yaml:12:18"


def test_without_only_nothing_changes_in_any_environment() -> None:
    spec = load_text(HEAD + "roles: {member: {}, debug: {}}")
    assert resolve(spec, None) is spec
    assert resolve(spec, spec.environments[Word("staging")]) is spec


def test_grant_to_is_inherits_from_the_other_side() -> None:
    one = load_text(HEAD + "roles: {member: {inherits: [debug]}, debug: {}}")
    other = load_text(HEAD + "roles: {member: {}, debug: {grant_to: [member]}}")
    assert one.roles[Word("member")].inherits == other.roles[Word("member")].inherits == ("debug",)


def test_a_template_is_what_its_roles_written_out_are() -> None:
    template = load_text(
        HEAD.replace("member, debug", "orders_ro")
        + 'roles:\n  "{svc}_{how}":\n    for: {svc: [orders, billing], how: [ro, rw]}\n'
        '    comment: "{svc}, {how}"\n    grant_to: [boss]\n'
        '    tables: {"{svc}.*": {select: ["{svc}_id"]}}\n'
        '    sequences: {"{svc}.{how}": [usage]}\n    functions: {"{svc}.f(int)": [execute]}\n'
        "  boss: {}\n"
    )
    written = load_text(
        HEAD.replace("member, debug", "orders_ro")
        + "roles:\n"
        + "".join(
            f'  {svc}_{how}: {{comment: "{svc}, {how}", grant_to: [boss], '
            f"tables: {{{svc}.*: {{select: [{svc}_id]}}}}, sequences: {{{svc}.{how}: [usage]}}, "
            f'functions: {{"{svc}.f(int)": [execute]}}}}\n'
            for svc in ("orders", "billing")
            for how in ("ro", "rw")
        )
        + "  boss: {}\n"
    )
    assert template.roles == written.roles
    assert template.roles[Word("boss")].inherits == (
        "orders_ro",
        "orders_rw",
        "billing_ro",
        "billing_rw",
    )
    places = {str(role.name.place) for name, role in template.roles.items() if name != "boss"}
    assert places == {"jwtroles.yaml:7:4"}


def test_braces_are_themselves_outside_of_a_template_and_in_its_sql() -> None:
    spec = load_text(
        HEAD.replace("member, debug", "x")
        + 'roles:\n  "a{svc}": {tables: {"orders.{svc}": {select: all}}}\n'
        '  "{svc}":\n    for: {svc: [x]}\n'
        "    tables: {orders.t: {select: {rows: \"tags && '{a,b}'::text[]\"}}}\n"
    )
    assert names(spec.roles) == ["a{svc}", "x"]
    (access,) = spec.roles[Word("x")].tables[Word("orders.t")]
    assert access.rows == "tags && '{a,b}'::text[]"


def test_a_value_that_looks_like_a_variable_is_not_filled_in_again() -> None:
    with pytest.raises(SpecError) as caught:
        load_text(
            HEAD.replace("member, debug", "x") + 'roles: {"{a}{b}": {for: {a: ["{b}"], b: [x]}}}'
        )
    assert [problem.code.id for problem in caught.value.problems] == ["JR230", "JR133"]


def test_what_is_wrong_with_a_template_is_told_once() -> None:
    with pytest.raises(SpecError) as caught:
        load_text(
            HEAD.replace("member, debug", "a")
            + 'roles: {"{a}": {for: {a: [a, b, c]}, inherit: [x], tables: {orders.t: {select: 1}}}}'
        )
    assert [p.code.id for p in caught.value.problems] == ["JR114", "JR230", "JR116"]


def test_a_template_may_be_limited_as_a_whole() -> None:
    spec = load_text(
        HEAD.replace("member, debug", "a_ro")
        + 'roles: {"{a}_ro": {for: {a: [a, b]}, only: [staging]}, c: {}}'
    )
    here = resolve(spec, replace(spec.environments[Word("production")]))
    assert names(here.roles) == ["c"]
