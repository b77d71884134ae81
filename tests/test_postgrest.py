"""PostgREST's protocol against its example: what each request may do, and a forged one may not.

PostgREST itself is not here. A request is what it sends: log in as the authenticator, one
transaction with role, claims and headers set for it alone, the function of db-pre-request, the
statement, COMMIT.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from jwtroles import policy_tests
from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.spec.load import load
from jwtroles.workflow import make_plan
from tests.test_cases import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers import Sandbox

FOLDER = Path(__file__).parent.parent / "examples" / "postgrest"
ANN = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
BEN = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
ROWS = f"""
INSERT INTO api.posts (id, author, title, published) VALUES
  (1, '{ANN}', 'out', true), (2, '{ANN}', 'draft', false), (3, '{BEN}', 'draft', false);
INSERT INTO api.comments (id, post_id, author, body) VALUES
  (1, 1, '{BEN}', 'on what is out'), (2, 2, '{ANN}', 'on a draft');
INSERT INTO api.reports (reporter, about, reason) VALUES ('{ANN}', 1, 'rude');
"""
MODERATOR = {"sub": ANN, "role": "moderator", "app_metadata": {"groups": ["moderators"]}}
MEMBER = {"sub": ANN, "role": "web_user"}


@pytest.fixture
def site(sandbox: Sandbox, applier: str) -> Sandbox:
    """Apply the example twice: the second plan is empty."""
    sandbox.load(FOLDER / "schema.sql")
    spec = load(FOLDER / "jwtroles.yaml")
    dev = next(iter(spec.environments.values()))
    with connect(sandbox.applier_url(applier, "site_owner")) as connection:
        planned = make_plan(connection, spec, dev)
        apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
        assert make_plan(connection, spec, dev).plan.empty
    return sandbox


def request(
    sandbox: Sandbox, token: Mapping[str, Any] | None, statement: str, *, ask: bool = True
) -> list[tuple[Any, ...]]:
    """Send what PostgREST sends for a token that it has verified; return the rows.

    `ask` is whether db-pre-request is configured.
    """
    claims = {"role": "anon", **(token or {})}
    headers = {"accept": "application/json", "host": "api.example"}
    with psycopg.connect(sandbox.url_for("authenticator"), autocommit=True) as connection:
        connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        connection.execute(
            "SELECT set_config('search_path', 'api', true), set_config('role', %s, true), "
            "set_config('request.jwt.claims', %s, true), "
            "set_config('request.method', 'GET', true), set_config('request.path', '/', true), "
            "set_config('request.headers', %s, true), set_config('request.cookies', '{}', true)",
            (claims["role"], json.dumps(claims), json.dumps(headers)),
        )
        if ask:
            connection.execute('SELECT "jwtroles"."pre_request"()')
        found = connection.execute(statement.encode())
        rows = found.fetchall() if found.description else [(found.rowcount,)]
        connection.execute("COMMIT")
        return rows


def refusal(sandbox: Sandbox, token: Mapping[str, Any] | None, statement: str) -> str:
    """Return SQLSTATE and message of a request that fails."""
    with pytest.raises(psycopg.Error) as raised:
        request(sandbox, token, statement)
    return f"{raised.value.sqlstate} {raised.value.diag.message_primary}"


POSTS = "SELECT id FROM posts ORDER BY id"
COMMENTS = "SELECT id FROM comments ORDER BY id"


def test_the_examples_own_tests_pass(site: Sandbox) -> None:
    spec = load(FOLDER / "jwtroles.yaml")
    with connect(site.url) as connection:
        results = policy_tests.run(connection, spec)
    assert results.passed, results
    assert results.expectations == 9


def test_anon_sees_what_is_published(site: Sandbox) -> None:
    site.run_sql(ROWS)
    assert request(site, None, POSTS) == [(1,)]
    assert request(site, None, COMMENTS) == [(1,)]
    for statement in (
        "SELECT FROM reports",
        "DELETE FROM posts",
        f"INSERT INTO comments (post_id, author, body) VALUES (1, '{ANN}', 'x')",
        "SELECT FROM jwtroles.claim_role",
    ):
        assert refusal(site, None, statement).startswith("42501"), statement


def test_members_see_their_own(site: Sandbox) -> None:
    site.run_sql(ROWS)
    assert request(site, MEMBER, POSTS) == [(1,), (2,)]
    assert request(site, {**MEMBER, "sub": BEN}, POSTS) == [(1,), (3,)]
    assert request(site, MEMBER, "UPDATE posts SET title = 'x'") == [(2,)]
    assert request(site, MEMBER, "DELETE FROM posts WHERE id = 3") == [(0,)]
    stolen = f"INSERT INTO posts (author, title) VALUES ('{BEN}', 'x')"
    assert refusal(site, MEMBER, stolen).startswith("42501")
    assert request(site, MODERATOR, COMMENTS) == [(1,), (2,)]
    assert request(site, MODERATOR, "DELETE FROM comments WHERE id = 1") == [(1,)]


UNMAPPED = "28000 the claims do not map to the role {}, which is set"
FORGED = [
    ({"sub": ANN, "role": "moderator"}, UNMAPPED.format("moderator")),
    (
        {"sub": ANN, "role": "moderator", "app_metadata": {"groups": ["members"]}},
        UNMAPPED.format("moderator"),
    ),
    ({"sub": ANN, "role": "anon"}, UNMAPPED.format("anon")),
    ({"sub": ANN}, UNMAPPED.format("anon")),
    ({"role": "web_user"}, UNMAPPED.format("web_user")),
    ({"role": "web_user", "exp": 1}, "28000 the token has no claim sub"),
    ({"sub": "x", "role": "web_user"}, "28000 the claim sub is not of type uuid"),
    ({"sub": ANN, "role": "authenticator"}, UNMAPPED.format("authenticator")),
    ({"sub": ANN, "role": "none"}, "28000 the gateway has not set a role"),
]


@pytest.mark.parametrize(("token", "why"), FORGED)
def test_a_forged_role_claim_gives_nothing(
    site: Sandbox, token: Mapping[str, Any], why: str
) -> None:
    site.run_sql(ROWS)
    assert refusal(site, token, POSTS) == why


@pytest.mark.parametrize("role", ["site_owner", "site_jwtroles", "postgres", "pg_read_all_data"])
def test_a_role_of_somebody_else_cannot_be_set(site: Sandbox, role: str) -> None:
    assert refusal(site, {"sub": ANN, "role": role}, POSTS).startswith("42501 permission denied")


def test_without_the_function_the_claim_alone_would_do(site: Sandbox) -> None:
    """The reason for db-pre-request: it is what asks for the group."""
    site.run_sql(ROWS)
    token = {"sub": ANN, "role": "moderator"}
    assert request(site, token, COMMENTS, ask=False) == [(1,), (2,)]


def test_nothing_of_a_request_is_left_in_the_session(site: Sandbox) -> None:
    with psycopg.connect(site.url_for("authenticator"), autocommit=True) as connection:
        with connection.transaction():
            connection.execute(
                "SELECT set_config('role', 'web_user', true), "
                "set_config('request.jwt.claims', %s, true)",
                (json.dumps(MEMBER),),
            )
            connection.execute("SELECT jwtroles.pre_request()")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT FROM api.posts")
        with pytest.raises(psycopg.Error, match="the gateway has not set a role"):
            connection.execute("SELECT jwtroles.pre_request()")


def test_settings_of_the_role_hold_for_the_request(site: Sandbox) -> None:
    assert request(site, None, "SELECT current_setting('statement_timeout')") == [("2s",)]
    assert request(site, MEMBER, "SELECT current_setting('statement_timeout')") == [("0",)]
