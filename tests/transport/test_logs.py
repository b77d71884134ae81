"""What a token leaves in the server's log, and what another session of its login reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles.doctor import examine
from jwtroles.embedded import EmbeddedServer
from jwtroles.reader.connection import connect
from tests.install_servers import FOLDER, bin_dir
from tests.servers import MAJORS, Sandbox
from tests.transport.contract import LOGIN, SCHEMA, Contract, applier_of, token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.servers import Clusters


@pytest.fixture(scope="module", params=MAJORS)
def server(
    request: pytest.FixtureRequest, cluster: Clusters, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sandbox]:
    with cluster(request.param).fresh() as sandbox:
        sandbox.load(SCHEMA)
        Contract(tmp_path_factory.mktemp("site")).apply(applier_of(sandbox))
        yield sandbox


def bound(connection: psycopg.Connection, mine: str) -> None:
    connection.execute("SELECT jwtroles.login(%s)", [mine])


def literal(connection: psycopg.Connection, mine: str) -> None:
    connection.execute(f"SELECT jwtroles.login('{mine}')")


ALL = {"log_statement": "all"}
QUIET = {**ALL, "log_parameter_max_length": "0"}
SLOW = {"log_min_duration_statement": "0"}
ON_ERROR = {"log_parameter_max_length_on_error": "-1"}
CASES = [
    (bound, {}, False, False),
    (bound, ALL, False, True),
    (bound, SLOW, False, True),
    (bound, QUIET, False, False),
    (bound, {**SLOW, "log_parameter_max_length": "0"}, False, False),
    (literal, {}, False, False),
    (literal, QUIET, False, True),
    (bound, {}, True, False),
    (bound, QUIET, True, False),
    (bound, ON_ERROR, True, True),
    (literal, {}, True, True),
]
"""How the token is sent, the server's settings, whether it is refused, whether the log has it."""


@pytest.mark.parametrize(("send", "settings", "refused", "logged"), CASES)
def test_the_log(
    server: Sandbox,
    send: Callable[[psycopg.Connection, str], None],
    settings: dict[str, str],
    *,
    refused: bool,
    logged: bool,
) -> None:
    server.run_sql(f"ALTER DATABASE {server.database} RESET ALL")
    for name, value in settings.items():
        server.run_sql(f"ALTER DATABASE {server.database} SET {name} = '{value}'")
    mine = token(aud="another") if refused else token()
    log = server.server.data / "server.log"
    before = log.stat().st_size
    with psycopg.connect(server.url_for(LOGIN)) as connection:
        if refused:
            with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification):
                send(connection, mine)
        else:
            send(connection, mine)
            assert connection.execute("SELECT current_user::text").fetchone() == ("member",)
            connection.execute("SELECT FROM app.invoices")
    written = log.read_bytes()[before:].decode()
    assert (mine in written) == logged
    signature = mine.rpartition(".")[2]
    assert (signature in written) == logged
    if settings.get("log_statement"):
        assert "jwtroles.login(" in written


@pytest.mark.parametrize(("send", "read"), [(bound, False), (literal, True)])
def test_what_a_sibling_reads(
    server: Sandbox, send: Callable[[psycopg.Connection, str], None], *, read: bool
) -> None:
    """Another session of the login, which needs no token for it."""
    mine = token()
    with (
        psycopg.connect(server.url_for(LOGIN)) as connection,
        psycopg.connect(server.url_for(LOGIN)) as sibling,
    ):
        send(connection, mine)
        query = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        ((shown,),) = sibling.execute(query, [connection.info.backend_pid])
    assert "jwtroles.login(" in shown
    assert (mine[:100] in shown) == read


@pytest.mark.parametrize("length", ["-1", "0"])
def test_auto_explain_logs_parameters_since_16(server: Sandbox, length: str) -> None:
    server.run_sql(f"ALTER DATABASE {server.database} RESET ALL")
    settings = {
        "session_preload_libraries": "auto_explain",
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_parameter_max_length": length,
    }
    if server.major < 16:
        del settings["auto_explain.log_parameter_max_length"]
    for name, value in settings.items():
        server.run_sql(f"ALTER DATABASE {server.database} SET {name} = '{value}'")
    mine = token()
    log = server.server.data / "server.log"
    before = log.stat().st_size
    with psycopg.connect(server.url_for(LOGIN)) as connection:
        bound(connection, mine)
    written = log.read_bytes()[before:].decode()
    assert "Query Text: SELECT jwtroles.login($1)" in written
    assert (mine in written) == (server.major >= 16 and length != "0")


def test_pg_stat_statements_keeps_a_token_that_stands_in_the_text(tmp_path: Path) -> None:
    """It replaces constants under the role that a statement began with; a login has another."""
    with EmbeddedServer.private(bin_dir(18), FOLDER.parent / "templates") as own:
        with psycopg.connect(own.url(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
            connection.execute("CREATE DATABASE sandbox")
        own.stop()
        own.start()
        sandbox = Sandbox(own, 18)
        sandbox.load(SCHEMA)
        Contract(tmp_path).apply(sandbox.url)
        sandbox.run_sql("CREATE EXTENSION pg_stat_statements")
        with connect(sandbox.url) as connection:
            found = {one.problem.code.id for one in examine(connection).findings}
        assert "JR870" in found
        for send, kept in ((bound, False), (literal, True)):
            mine = token()
            with psycopg.connect(sandbox.url_for(LOGIN)) as connection:
                send(connection, mine)
                seen = "SELECT count(*) FROM pg_stat_statements WHERE position(%s IN query) > 0"
                assert connection.execute(seen, [mine]).fetchone() == (kept,)
