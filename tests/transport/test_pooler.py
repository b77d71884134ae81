"""Behind PgBouncer in transaction mode: what one client does, another does not see.

The configuration is the manual's, with one connection to the server for all clients.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.pages import blocks
from tests.servers import MAJORS
from tests.transport.clients import EXPECTED, Seen, interleave, turns
from tests.transport.contract import (
    BY_SECRET,
    LOGIN,
    ROWS,
    SCHEMA,
    TENANTS,
    Contract,
    applier_of,
    bobs_token,
    shared_secret,
    token,
)
from tests.transport.pooler import PAGE, pooled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Clusters, Sandbox

PASSWORD = "only-for-this-test"
EDITED = (
    ("connect_as: acme_authenticator", f"connect_as: {{{LOGIN}: [member], batch: [member]}}"),
    (
        "  verify: database",
        f"  verify: database\n  application_name: sub\n  login_session: [{LOGIN}]",
    ),
)
"""A login for the transaction carries the subject, and one login may log in for a session."""

NUMBER, MOST = 1_000, {18: 10_000}
"""How many transactions are interleaved, and how many where it is many."""


@pytest.fixture(scope="module", params=MAJORS)
def server(
    request: pytest.FixtureRequest, cluster: Clusters, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sandbox]:
    """Give each server once, applied to."""
    with cluster(request.param).fresh() as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACME_SECRET", shared_secret().raw_value.decode())
        sandbox.load(SCHEMA)
        contract = Contract(tmp_path_factory.mktemp("site"), (*BY_SECRET, *EDITED))
        contract.apply(applier_of(sandbox))
        sandbox.run_sql(ROWS)
        sandbox.run_sql(f"ALTER ROLE {LOGIN} PASSWORD '{PASSWORD}'")
        yield sandbox


@pytest.fixture(scope="module")
def users(server: Sandbox) -> str:
    """Return what the manual's statement prints for the auth_file, once there is a password."""
    (statement,) = (one for one in blocks(PAGE, "sql") if "pg_authid" in one.text)
    ((line,),) = server.rows(statement.text)
    return f"{line}\n"


@contextmanager
def pooler(server: Sandbox, users: str, **settings: str) -> Iterator[str]:
    """Give the address of a pooler with one connection to the server."""
    with pooled(server, users, {"pool_size": "1"}, settings) as folder:
        yield f"postgresql://{LOGIN}@/{server.database}?host={folder}&port=6432&password={PASSWORD}"


def tokens() -> tuple[str, str]:
    return token(key=shared_secret()), bobs_token(key=shared_secret())


def strange(seen: Seen) -> bool:
    """Tell whether a transaction found or saw anything that is not its client's own."""
    reads, refusal = EXPECTED[seen.kind]
    return (
        seen.found != (LOGIN, "", f"client {seen.client}")
        or seen.tenants != (frozenset({TENANTS[seen.client]}),) * reads
        or seen.refusal != refusal
    )


def test_two_tenants_on_one_server_connection(server: Sandbox, users: str, seed: int) -> None:
    number = MOST.get(server.major, NUMBER)
    with pooler(server, users) as url:
        seen = interleave(url, tokens(), number, seed)
    assert len({one.backend for one in seen}) == 1
    assert turns(seen) >= number // 2
    assert [one for one in seen if strange(one)] == []
    assert {one.kind for one in seen} == EXPECTED.keys()


def test_a_login_for_the_session_is_seen_by_the_next_client(
    server: Sandbox, users: str, seed: int
) -> None:
    """What the test above would find, and why nobody logs in for a session behind a pooler."""
    with pooler(server, users) as url:
        seen = interleave(url, tokens(), 400, seed, "login_session")
    foreign = [one for one in seen if frozenset({TENANTS[1 - one.client]}) in one.tenants]
    assert {one.client for one in foreign} == {0, 1}
    without = {"brings_no_token", "brings_nothing", "reads_behind_a_savepoint"}
    assert {one.kind for one in foreign} == without


def test_who_may_log_in_for_a_session(server: Sandbox) -> None:
    """The login that the file names, and by no detour another one of the same roles."""
    mine = token(key=shared_secret())
    session = "SELECT jwtroles.login_session(%s, NULL)"
    for before in ([], ["SELECT jwtroles.login(%s)"]):
        with psycopg.connect(server.url_for("batch")) as connection:
            for statement in before:
                connection.execute(statement, [mine])
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(session, [mine])
    with psycopg.connect(server.url_for(LOGIN), autocommit=True) as connection:
        connection.execute(session, [mine])
        assert connection.execute("SELECT current_user::text").fetchone() == ("member",)


KEEP = "SELECT set_config('jwtroles.ticket', current_setting('jwtroles.ticket'), false)"
HELD = "DECLARE held CURSOR WITH HOLD FOR SELECT DISTINCT tenant_id::text FROM app.invoices"
LEFT = {
    "a setting": ([], "SET statement_timeout = '77s'", "SHOW statement_timeout", "77s"),
    "a prepared statement": ([], "PREPARE mine AS SELECT 'mine'", "EXECUTE mine", "mine"),
    "a lock": (
        [],
        "SELECT pg_advisory_lock(7)",
        "SELECT objid::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
        "7",
    ),
    "rows in a cursor": (["login"], HELD, "FETCH held", TENANTS[0]),
    "a login": (
        ["login"],
        KEEP,
        "SET ROLE member; SELECT DISTINCT tenant_id::text FROM app.invoices",
        TENANTS[0],
    ),
}
"""What a client may leave in the session: how, and how the next one meets it."""


def passed_on(url: str, leave: tuple[list[str], str, str, str]) -> bool:
    """Tell whether a client without any token meets what another one leaves behind."""
    login, leaving, meeting, expected = leave
    settings: dict[str, Any] = {"autocommit": True, "prepare_threshold": None}
    with psycopg.connect(url, **settings) as first, psycopg.connect(url, **settings) as second:
        with first.transaction():
            for _ in login:
                first.execute("SELECT jwtroles.login(%s)", [tokens()[0]])
            first.execute(leaving)
        try:
            cursor = second.execute(meeting)
        except psycopg.Error:
            return False
        while cursor.nextset():
            pass
        return cursor.fetchall() == [(expected,)]


@pytest.fixture(params=["", "1"], ids=["plain", "reset"])
def reset(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give the settings with which the pooler cleans up after each transaction, or does not."""
    if not request.param:
        return {}
    (block,) = (one for one in blocks(PAGE, "ini") if "server_reset_query_always" in one.text)
    pairs = (line.split(" = ") for line in block.text.splitlines())
    return dict(pairs)


def test_what_a_client_that_means_harm_leaves_to_the_next(
    server: Sandbox, users: str, reset: dict[str, str]
) -> None:
    """Why clients that distrust each other share no connection, and what a reset takes away."""
    met = set()
    for name, leave in LEFT.items():
        with pooler(server, users, **reset) as url:
            if passed_on(url, leave):
                met.add(name)
    assert met == (set() if reset else LEFT.keys())
