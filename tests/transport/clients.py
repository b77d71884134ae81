"""Two clients of different tenants that take turns on what a pooler gives them."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import generators
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from psycopg.pq.abc import PGresult

FOUND = """
SELECT pg_backend_pid(), clock_timestamp(), current_user::text,
  coalesce(current_setting('jwtroles.ticket', true), ''), current_setting('application_name');
"""
READ = "SELECT DISTINCT tenant_id::text FROM app.invoices;"
AS_MEMBER = "SET LOCAL ROLE member;"
"""What the login may do without a token; the gate is all that stands there then."""


@dataclass(frozen=True)
class Seen:
    """One transaction.

    Attributes:
        client: who ran it.
        kind: what it did.
        backend: the process of the server that it ran in.
        at: when it began.
        found: the role, the ticket and the application's name at its begin.
        tenants: whose rows it saw, in each of its reads.
        refusal: the SQLSTATE of what failed in it.
    """

    client: int
    kind: str
    backend: int
    at: datetime
    found: tuple[str, str, str]
    tenants: tuple[frozenset[str], ...]
    refusal: str | None


class Client:
    """One client with its token.

    Args:
        number: of the client.
        url: where it connects.
        token: its own.
        function: the one that it logs in with.
    """

    def __init__(self, number: int, url: str, token: str, function: str) -> None:
        self.number = number
        # PgBouncer knows nothing of prepared statements before 1.21.
        self.connection = psycopg.connect(
            url, autocommit=True, prepare_threshold=None, application_name=f"client {number}"
        )
        self.token = token
        # A session that somebody is logged in to may not do so again.
        self.before = "RESET ROLE;" if function == "login_session" else ""
        self.login = f"{self.before} SELECT jwtroles.{function}('{token}', NULL);"
        self.function = function

    def run(self, kind: str) -> Seen:
        """Run one transaction."""
        rows, refusal = KINDS[kind](self)
        if self.connection.info.transaction_status != TransactionStatus.IDLE:
            self.connection.execute("ROLLBACK")
        (backend, at, *found), *reads = rows
        tenants = tuple(frozenset(row) for row in reads)
        return Seen(self.number, kind, backend, at, tuple(found), tenants, refusal)

    def send(self, *statements: str) -> tuple[list[Any], str | None]:
        """Send a transaction in one message; return the first row and what each read found."""
        return _results(self.connection, "".join(("BEGIN;", FOUND, *statements)))


def _results(connection: psycopg.Connection, text: str) -> tuple[list[Any], str | None]:
    """Return the first row of the first result, and of each read all that it found.

    A cursor keeps nothing of what came before an error; so the results are taken from libpq.
    """
    rows, refusal = [], None
    connection.pgconn.send_query(text.encode())
    for result in connection.wait(generators.execute(connection.pgconn)):
        if result.status == ExecStatus.FATAL_ERROR:
            refusal = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
        elif result.fname(0) == b"pg_backend_pid":
            pid, at, *rest = (_text(result, 0, column) for column in range(result.nfields))
            rows.append((int(pid), datetime.fromisoformat(f"{at}:00"), *rest))
        elif result.fname(0) == b"tenant_id":
            rows.append([_text(result, row, 0) for row in range(result.ntuples)])
    return rows, refusal


def _text(result: PGresult, row: int, column: int) -> str:
    return (result.get_value(row, column) or b"").decode()


def commits(client: Client) -> tuple[list[Any], str | None]:
    return client.send(client.login, READ, "COMMIT")


def binds(client: Client) -> tuple[list[Any], str | None]:
    """Do the same with the token as a parameter, in a pipeline."""
    connection = client.connection
    with connection.pipeline(), connection.transaction():
        found = connection.execute(FOUND)
        if client.before:
            connection.execute(client.before)
        connection.execute(f"SELECT jwtroles.{client.function}(%s, NULL)", [client.token])
        read = connection.execute(READ)
    return [found.fetchone(), [row[0] for row in read.fetchall()]], None


def aborts(client: Client) -> tuple[list[Any], str | None]:
    return client.send(client.login, READ, "SELECT 1 / 0")


def rolls_back(client: Client) -> tuple[list[Any], str | None]:
    return client.send(client.login, READ, "ROLLBACK")


def logs_in_again(client: Client) -> tuple[list[Any], str | None]:
    """Take a login back with its savepoint, and log in again."""
    within = ("SAVEPOINT here;", client.login, READ, "ROLLBACK TO here;")
    return client.send(*within, client.login, READ, "COMMIT")


def reads_behind_a_savepoint(client: Client) -> tuple[list[Any], str | None]:
    """Read after the login was taken back with its savepoint."""
    within = ("SAVEPOINT here;", client.login, READ, "ROLLBACK TO here;")
    return client.send(*within, AS_MEMBER, READ)


def brings_no_token(client: Client) -> tuple[list[Any], str | None]:
    """Read as the role that the other client has, without any login."""
    return client.send(AS_MEMBER, READ)


def brings_nothing(client: Client) -> tuple[list[Any], str | None]:
    """Read as the bare login, which has no right to."""
    return client.send(READ)


KINDS: dict[str, Callable[[Client], tuple[list[Any], str | None]]] = {
    function.__name__: function
    for function in (
        commits,
        binds,
        aborts,
        rolls_back,
        logs_in_again,
        reads_behind_a_savepoint,
        brings_no_token,
        brings_nothing,
    )
}

EXPECTED = {
    "commits": (1, None),
    "binds": (1, None),
    "aborts": (1, "22012"),
    "rolls_back": (1, None),
    "logs_in_again": (2, None),
    "reads_behind_a_savepoint": (1, "28000"),
    "brings_no_token": (0, "28000"),
    "brings_nothing": (0, "42501"),
}
"""Kind → how many reads return rows, and what it ends with."""


WEIGHTS = {"commits": 2, "brings_no_token": 6, "brings_nothing": 6}
"""Kind → how often it is drawn, once unless it stands here."""


def interleave(
    url: str, tokens: Sequence[str], number: int, seed: int, function: str = "login"
) -> list[Seen]:
    """Let a client for each token run its share of `number` transactions; in order of time.

    All begin one transaction at once, and wait for each other before the next one: however busy
    the machine is, nobody runs ahead.
    """
    together = threading.Barrier(len(tokens))

    def run(client: Client, kind: str) -> Seen:
        together.wait()
        return client.run(kind)

    def work(client: Client) -> list[Seen]:
        drawn = random.Random(seed + client.number)
        weights = [WEIGHTS.get(kind, 1) for kind in KINDS]
        with client.connection:
            kinds = drawn.choices([*KINDS], weights, k=number // len(tokens))
            try:
                return [run(client, kind) for kind in kinds]
            except BaseException:
                together.abort()
                raise

    clients = [Client(i, url, token, function) for i, token in enumerate(tokens)]
    with ThreadPoolExecutor(len(clients)) as pool:
        found = [seen for every in pool.map(work, clients) for seen in every]
    return sorted(found, key=lambda seen: seen.at)


def turns(seen: Iterable[Seen]) -> int:
    """Return how often one client came after another."""
    return sum(one.client != other.client for one, other in pairwise(seen))
