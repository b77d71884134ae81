"""PostgREST in front of a database that verifies the bearer token itself: a gateway forges nothing.

PostgREST is not here; a request is what it sends (tests/test_postgrest.py). Here it may also be
compromised, and then sends what it likes.
"""

from __future__ import annotations

import json
import time
from configparser import ConfigParser
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.pages import blocks
from tests.servers import MAJORS
from tests.transport.contract import (
    ANN,
    BOB,
    LOGIN,
    ROWS,
    SCHEMA,
    TENANTS,
    Contract,
    applier_of,
    bobs_token,
    signing_key,
    token,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Clusters, Sandbox

FORGED = {"sub": BOB, "app_metadata": {"tenant_id": TENANTS[1], "roles": ["billing-admin"]}}
READ = "SELECT DISTINCT tenant_id::text FROM app.invoices"
SETTINGS = (
    "SELECT set_config('search_path', 'app', true), set_config('role', %s, true), "
    "set_config('request.jwt.claims', %s, true), set_config('request.method', 'GET', true), "
    "set_config('request.path', '/invoices', true), set_config('request.headers', %s, true), "
    "set_config('request.cookies', '{}', true)"
)


@dataclass
class Request:
    """A request as PostgREST sends it, and what somebody who has taken it over may change.

    Attributes:
        authorization: the header's value; None for a request without it.
        role: what is set before db-pre-request runs.
        claims: what PostgREST says that it has verified.
        header: the header's name.
        ask: whether db-pre-request is called.
    """

    authorization: str | None = None
    role: str = LOGIN
    claims: dict[str, Any] = field(default_factory=dict)
    header: str = "authorization"
    ask: bool = True


def manual() -> ConfigParser:
    """Return PostgREST's configuration in the manual."""
    (block,) = (one for one in blocks("docs/postgrest.md", "ini") if "db-anon-role" in one.text)
    parser = ConfigParser()
    parser.read_string(f"[postgrest]\n{block.text}")
    return parser


@pytest.fixture(scope="module", params=MAJORS)
def site(
    request: pytest.FixtureRequest, cluster: Clusters, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sandbox]:
    with cluster(request.param).fresh() as sandbox:
        sandbox.load(SCHEMA)
        Contract(tmp_path_factory.mktemp("site")).apply(applier_of(sandbox))
        sandbox.run_sql(f"{ROWS} CREATE ROLE web_anon; GRANT web_anon TO {LOGIN}")
        yield sandbox


def send(site: Sandbox, request: Request, statement: str = READ) -> list[tuple[Any, ...]]:
    headers = {"accept": "application/json", "host": "api.example"}
    if request.authorization is not None:
        headers[request.header] = request.authorization
    with psycopg.connect(site.url_for(LOGIN)) as connection:
        values = (request.role, json.dumps(request.claims), json.dumps(headers))
        connection.execute(SETTINGS, values)
        if request.ask:
            called = manual()["postgrest"]["db-pre-request"].strip('"')
            connection.execute(f"SELECT {called}()".encode())
        return connection.execute(statement.encode()).fetchall()


def refusal(site: Sandbox, request: Request) -> str:
    with pytest.raises(psycopg.Error) as raised:
        send(site, request)
    return f"{raised.value.sqlstate} {raised.value.diag.message_primary}"


def bearer(mine: str | None = None) -> str:
    return f"Bearer {mine or token()}"


def test_a_request_as_the_manual_configures_it(site: Sandbox) -> None:
    config = manual()["postgrest"]
    assert config["db-anon-role"].strip('"') == LOGIN
    assert send(site, Request(bearer())) == [(TENANTS[0],)]
    assert send(site, Request(bearer(bobs_token()))) == [(TENANTS[1],)]
    assert send(site, Request(bearer()), "SELECT current_user::text") == [("member",)]


# What somebody who has taken over the gateway may send, and what it gives. The claims and the role
# are of another tenant and of a role that the token does not map to.


@pytest.mark.parametrize("role", [LOGIN, "billing_admin", "member", "auditor"])
def test_what_the_gateway_says_decides_nothing(site: Sandbox, role: str) -> None:
    forged = Request(bearer(), role=role, claims=FORGED)
    assert send(site, forged) == [(TENANTS[0],)]
    assert send(site, forged, "SELECT current_user::text") == [("member",)]


def test_a_gateway_that_does_not_ask_gets_nothing(site: Sandbox) -> None:
    for role in ("member", "billing_admin", "auditor"):
        forged = Request(bearer(), role=role, claims=FORGED, ask=False)
        assert refusal(site, forged).startswith("28000 nobody is logged in")
    assert refusal(site, Request(bearer(), claims=FORGED, ask=False)).startswith("42501")


def test_a_gateway_takes_no_other_role_afterwards(site: Sandbox) -> None:
    with psycopg.connect(site.url_for(LOGIN)) as connection:
        headers = json.dumps({"authorization": bearer()})
        connection.execute(SETTINGS, (LOGIN, json.dumps(FORGED), headers))
        connection.execute("SELECT jwtroles.pre_request()")
        connection.execute("SET LOCAL ROLE billing_admin")
        with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification):
            connection.execute(READ)


def altered() -> str:
    """Return a token with the signature of another one."""
    return f"{token().rpartition('.')[0]}.{bobs_token().rpartition('.')[2]}"


NO_TOKEN = "28000 there is no token"
BAD = {
    "no header": (lambda: Request(None, claims=FORGED), NO_TOKEN),
    "expired": (
        lambda: Request(bearer(token(iat=int(time.time()) - 900, exp=int(time.time()) - 60))),
        "28000 the token has expired",
    ),
    "altered": (
        lambda: Request(bearer(altered())),
        "28000 the signature of the token is not valid",
    ),
    "of a strange key": (
        lambda: Request(bearer(token(key=signing_key("strange")))),
        "28000 the token fits no live key of its issuer",
    ),
    "another scheme": (lambda: Request(f"Basic {token()}"), NO_TOKEN),
    "no scheme": (lambda: Request(token()), NO_TOKEN),
    "no space": (lambda: Request(f"Bearer{token()}"), NO_TOKEN),
    "nothing behind it": (lambda: Request("Bearer "), NO_TOKEN),
    "a name not in small letters": (lambda: Request(bearer(), header="Authorization"), NO_TOKEN),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_bearer_token(site: Sandbox, name: str) -> None:
    request, why = BAD[name]
    assert refusal(site, request()) == why


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
@pytest.mark.parametrize("spaces", [" ", "   "])
def test_the_scheme_is_compared_without_case(site: Sandbox, scheme: str, spaces: str) -> None:
    """RFC 9110 section 11.1, and section 11.4 for the spaces; RFC 6750 section 2.1."""
    assert send(site, Request(f"{scheme}{spaces}{token()}")) == [(TENANTS[0],)]


@pytest.mark.parametrize(
    "more",
    [" ", " x", ", Bearer x", "\n", "\t", "="],
    ids=["space", "word", "two", "line", "tab", "pad"],
)
def test_nothing_may_stand_behind_the_token(site: Sandbox, more: str) -> None:
    assert refusal(site, Request(f"{bearer()}{more}")).startswith("28000")


@pytest.mark.parametrize(
    "headers",
    ["", "[]", "{", "7", '"x"', '{"authorization": 7}', '{"authorization": ["Bearer x"]}'],
)
def test_headers_of_another_form(site: Sandbox, headers: str) -> None:
    with psycopg.connect(site.url_for(LOGIN)) as connection:
        connection.execute(SETTINGS, (LOGIN, "{}", headers))
        with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification):
            connection.execute("SELECT jwtroles.pre_request()")


# Who may be set when pre_request is called.


@pytest.mark.parametrize(
    ("role", "sqlstate"),
    [(LOGIN, None), ("member", None), ("auditor", None), ("web_anon", "42501")],
)
def test_who_may_call_it(site: Sandbox, role: str, sqlstate: str | None) -> None:
    """The login, and token roles, for a token that is logged in may log in again."""
    request = Request(bearer(), role=role)
    if sqlstate is None:
        assert send(site, request) == [(TENANTS[0],)]
    else:
        assert refusal(site, request).startswith(sqlstate)


def test_a_token_role_for_requests_without_a_token_gives_nothing(site: Sandbox) -> None:
    assert refusal(site, Request(None, role="member")) == NO_TOKEN
    assert refusal(site, Request(None, role="member", ask=False)).startswith("28000")


def test_nothing_is_left_behind(site: Sandbox) -> None:
    with psycopg.connect(site.url_for(LOGIN), autocommit=True) as connection:
        with connection.transaction():
            headers = json.dumps({"authorization": bearer()})
            connection.execute(SETTINGS, (LOGIN, json.dumps({"sub": ANN}), headers))
            connection.execute("SELECT jwtroles.pre_request()")
            connection.execute(READ)
        with connection.transaction():
            connection.execute("SET LOCAL ROLE member")
            with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification):
                connection.execute(READ)
            raise psycopg.Rollback
        with pytest.raises(psycopg.Error, match="there is no token"):
            connection.execute("SELECT jwtroles.pre_request()")
