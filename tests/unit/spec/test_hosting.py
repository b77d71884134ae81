"""`database.hosted_by`: what a file may not say about a managed service, and what it implies."""

from __future__ import annotations

import pytest

from jwtroles.compiler.wanted import scope_of
from jwtroles.errors import SpecError
from jwtroles.hosting import services
from jwtroles.spec.load import load_text
from tests.pages import text_of

FILE = """\
jwtroles: 1
project: acme
database: {schemas: [app], hosted_by: supabase}
tokens: {verify: gateway, claims: {sub: {type: uuid}}}
roles: {reader: {}}
"""


def refused(text: str) -> list[tuple[str, int, int]]:
    with pytest.raises(SpecError) as raised:
        load_text(text)
    found = raised.value.problems
    return [(one.code.id, one.place.line, one.place.column) for one in found if one.place]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("reader: {}", "supabase_admin: {}", ("JR150", 5, 9)),
        ("reader: {}", "supabase_agent_7: {}", ("JR150", 5, 9)),
        ("hosted_by", "connect_as: pgbouncer, hosted_by", ("JR150", 3, 40)),
        ("[app]", "[storage]", ("JR151", 3, 22)),
        ("supabase", "supabas", ("JR116", 3, 39)),
    ],
)
def test_what_is_the_services_is_refused(
    before: str, after: str, expected: tuple[str, int, int]
) -> None:
    assert refused(FILE.replace(before, after, 1)) == [expected]


def test_a_name_in_an_environment_counts() -> None:
    text = FILE + "environments: {prod: {names: {reader: dashboard_user}}}\n"
    assert [code for code, _, _ in refused(text)] == ["JR150"]
    assert load_text(text.replace("hosted_by: supabase", "hosted_by: neon"))


def test_token_roles_that_are_named_are_the_platforms() -> None:
    text = FILE.replace("reader: {}", "anon: {}, reader: {}").replace(
        "hosted_by", "connect_as: authenticator, hosted_by"
    )
    spec = load_text(text)
    assert spec.database.platform == ("anon", "authenticator")
    assert load_text(text.replace("supabase", "rds")).database.platform == ()
    # As of a role that `platform` lists, nothing but rights may be said.
    assert refused(text.replace("anon: {}", "anon: {login: true}"))[0][0] == "JR272"


def test_globs_never_mean_the_services_schemas() -> None:
    scope = scope_of(load_text(FILE.replace("[app]", '["*"]')), None)
    assert [scope.manages(name) for name in ("app", "storage", "auth", "public")] == [
        True,
        False,
        False,
        True,
    ]


def test_the_page_has_the_table() -> None:
    page = text_of("docs/managed-services.md")
    for one in services().values():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{one.name}`"))
        for name in (*one.known_by, *one.roles, *one.token_roles, *one.schemas):
            assert f"`{name}`" in row
        assert one.may in row
        assert one.title in row
