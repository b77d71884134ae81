"""A streaming replica accepts tokens, and refuses what has ended on the primary once it hears."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from jwtroles import operations
from jwtroles.reader.connection import connect
from jwtroles.spec.model import Environment, Word
from jwtroles.targets.crew import Crew
from jwtroles.targets.model import Target
from jwtroles.targets.planning import Job, plan_all
from jwtroles.verifier.key_sources import NO_KEYS
from jwtroles.workflow import read_database
from tests.servers import MAJORS, Sandbox
from tests.transport.contract import (
    BOB,
    LOGIN,
    ROWS,
    SCHEMA,
    Contract,
    applier_of,
    bobs_token,
    signing_key,
    token,
)
from tests.transport.standby import Pair, replicated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jwtroles.spec.model import Spec

Query = tuple[str, list[tuple[Any, ...]]]
READS: list[Query] = [
    ("SELECT count(*) FROM app.invoices", [(10,)]),
    ("SELECT name FROM app.customer_directory", [("Ann",)]),
    ("SELECT total FROM app.invoice_total(current_date)", [(100,)]),
]


@pytest.fixture(scope="module", params=MAJORS)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Pair, Spec]]:
    with replicated(request.param) as made:
        made.run_sql(SCHEMA.read_text(encoding="utf-8"))
        contract = Contract(tmp_path_factory.mktemp("site"))
        keys = (signing_key(), signing_key("second"))
        contract.apply(applier_of(Sandbox(made.primary, request.param)), *keys)
        made.run_sql(ROWS)
        made.reach()
        yield made, contract.spec(*keys)


def opened(pair: Pair, mine: str) -> psycopg.Connection:
    """Return a transaction on the standby that has logged in and read."""
    connection = psycopg.connect(pair.standby.url("sandbox", LOGIN))
    connection.execute("SELECT jwtroles.login(%s)", [mine])
    connection.execute("SELECT FROM app.invoices")
    return connection


def refused(pair: Pair, mine: str) -> str:
    """Return why a login on the standby is refused."""
    with (
        psycopg.connect(pair.standby.url("sandbox", LOGIN)) as connection,
        pytest.raises(psycopg.errors.InvalidAuthorizationSpecification) as raised,
    ):
        connection.execute("SELECT jwtroles.login(%s)", [mine])
    return str(raised.value.diag.message_primary)


def test_it_accepts_a_token(pair: tuple[Pair, Spec]) -> None:
    """By table, view and query, without writing anything."""
    with psycopg.connect(pair[0].standby.url("sandbox", LOGIN)) as connection:
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("SELECT FROM app.invoices")
        connection.execute("SELECT jwtroles.login(%s)", [token()])
        for query, rows in READS:
            assert connection.execute(query.encode()).fetchall() == rows
    altered = bobs_token().rpartition(".")
    forged = f"{token().rpartition('.')[0]}.{altered[2]}"
    assert refused(pair[0], forged) == "the signature of the token is not valid"


def ends(
    pair: tuple[Pair, Spec], mine: str, end: Callable[[Any, Spec, Any], None], why: tuple[str, str]
) -> None:
    """See that an open transaction and a new login are refused once a change has arrived.

    Args:
        pair: the servers, and what was applied.
        mine: a token that is good so far.
        end: what is done on the primary.
        why: what the open transaction is told, and the new login.
    """
    servers, spec = pair
    with opened(servers, mine) as inside:
        servers.replay(pause=True)
        with connect(servers.primary.url("sandbox")) as connection:
            end(connection, spec, read_database(connection, spec, None))
        inside.execute("SELECT FROM app.invoices")  # nothing has arrived
        opened(servers, mine).close()
        servers.replay(pause=False)
        servers.reach()
        with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification, match=why[0]):
            inside.execute("SELECT FROM app.invoices")
        inside.rollback()
    assert refused(servers, mine) == why[1]


def test_it_refuses_a_revoked_subject(pair: tuple[Pair, Spec]) -> None:
    def end(connection: Any, spec: Spec, reading: Any) -> None:
        issuer = operations.issuer_called(spec, None)
        later = datetime.max.replace(year=2100, tzinfo=UTC)
        operations.revoke(
            connection, spec, reading, operations.Revocation(issuer, f"sub:{BOB}", later)
        )

    ends(pair, bobs_token(), end, ("the token is revoked", "the token has been revoked"))
    opened(pair[0], token()).close()


def test_it_refuses_a_retired_key(pair: tuple[Pair, Spec]) -> None:
    def end(connection: Any, spec: Spec, reading: Any) -> None:
        key = operations.key_called(reading, "second", None)
        operations.retire(connection, spec, reading, key)

    mine = token(key=signing_key("second"))
    ends(
        pair,
        mine,
        end,
        ("the key of the token is retired", "the token fits no live key of its issuer"),
    )
    opened(pair[0], token()).close()


def test_among_many_databases_a_standby_is_named_and_fails(pair: tuple[Pair, Spec]) -> None:
    servers, spec = pair
    addresses = {"ours": servers.primary.url("sandbox"), "its copy": servers.standby.url("sandbox")}
    targets = [Target(name, name, url) for name, url in addresses.items()]
    job = Job(spec, Environment(Word("all")), NO_KEYS)
    survey = plan_all(job, targets, Crew(2, stops=False), lambda *_: None)
    planned, failed = survey.found
    assert planned.error is None
    assert failed.error is not None
    (problem,) = failed.error.problems
    assert problem.code.id == "JR670"
    assert problem.message == "its copy is on a standby, which is read-only"
