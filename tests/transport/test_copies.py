"""A copy of a database refuses every login until the file has been applied there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles.embedded import EmbeddedServer
from jwtroles.embedded.run_as import choose
from tests.install_servers import FOLDER, bin_dir
from tests.pages import blocks
from tests.servers import MAJORS, Sandbox
from tests.transport.contract import LOGIN, ROWS, SCHEMA, Contract, applier_of, token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REFUSAL = (
    "the secret for logins is missing, or of the database that this is a copy of: run jwtroles "
    "apply"
)
IDENTITY = """
    SELECT oid, (SELECT system_identifier FROM pg_control_system())
    FROM pg_database WHERE datname = current_database()
"""
SECRET = "SELECT encode(inner_pad, 'hex') FROM jwtroles.ticket_secret"


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def invoices(url: str) -> int:
    """Log in and count."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT jwtroles.login(%s)", [token()])
        ((count,),) = connection.execute("SELECT count(*) FROM app.invoices")
        return int(count)


def is_refused_until_applied(
    contract: Contract, original: EmbeddedServer, copy: EmbeddedServer, name: str, applier: str
) -> None:
    """See a copy called `name` refuse logins, apply to it, and see it work by a secret of its own.

    The original is called sandbox, and works throughout.
    """
    login = copy.url(name, LOGIN)
    with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification) as raised:
        invoices(login)
    assert raised.value.diag.message_primary == REFUSAL
    assert invoices(original.url("sandbox", LOGIN)) == 10
    plan = contract.apply(copy.url(name, applier))
    # No copy has the rights on the database itself: PUBLIC has TEMPORARY again.
    assert {step.change.kind for step in plan.steps} == {"acl", "ticket_secret"}
    assert invoices(login) == 10
    (mine,) = rows(copy.url(name), SECRET)
    (theirs,) = rows(original.url("sandbox"), SECRET)
    assert mine != theirs
    assert invoices(original.url("sandbox", LOGIN)) == 10


@dataclass(frozen=True)
class Original:
    """A server with a database called sandbox, and who has applied the contract there."""

    server: EmbeddedServer
    contract: Contract
    major: int
    applier: str


@pytest.fixture(scope="module", params=MAJORS)
def original(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Original]:
    with EmbeddedServer.private(bin_dir(request.param), FOLDER.parent / "templates") as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE sandbox")
        contract = Contract(tmp_path_factory.mktemp("site"))
        sandbox = Sandbox(server, request.param)
        sandbox.load(SCHEMA)
        applier = applier_of(sandbox)
        contract.apply(applier)
        sandbox.run_sql(ROWS)
        user = str(psycopg.conninfo.conninfo_to_dict(applier)["user"])
        yield Original(server, contract, request.param, user)


def test_a_database_made_of_a_template(original: Original) -> None:
    """The system is the same, and the number of the database another."""
    server = original.server
    with psycopg.connect(server.url(), autocommit=True) as connection:
        created = f"CREATE DATABASE copied OWNER {original.applier} TEMPLATE sandbox"
        connection.execute(created.encode())
    is_refused_until_applied(original.contract, server, server, "copied", original.applier)


def options() -> list[str]:
    """Return those of pg_dump that the manual names, so that no secret is in a dump."""
    text = "\n".join(block.text for block in blocks("docs/replicas.md", "console"))
    return [word for word in text.split() if word.startswith("--exclude-table-data=")]


def test_a_dump_restored_elsewhere(original: Original, tmp_path: Path) -> None:
    """The number of the database may be the same, and the system is another.

    On every other server the dump is whole, and on the others without secrets.
    """
    left_out = original.major % 2 == 0
    server = original.server
    run_as = choose()
    roles, dump = server.data / "roles.sql", server.data / "dump.sql"
    without = options() if left_out else []

    def run(program: str, *arguments: str) -> None:
        done = run_as.run(server.binary(program), *arguments)
        assert done.returncode == 0, done.stdout

    run("pg_dumpall", f"--dbname={server.url()}", "--roles-only", f"--file={roles}")
    run("pg_dump", f"--dbname={server.url('sandbox')}", f"--file={dump}", *without)
    ((secret,),) = rows(server.url("sandbox"), SECRET)
    assert (str(secret) in dump.read_text(encoding="utf-8")) == (not left_out)
    programs = server.binary("psql").parent
    # By an initdb of its own: the other servers are copies of one, and the same system.
    with EmbeddedServer.private(programs, tmp_path / "templates") as elsewhere:
        with psycopg.connect(elsewhere.url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE sandbox")
            run("psql", elsewhere.url(), "--no-psqlrc", f"--file={roles}")  # one is there already
            connection.execute(f"ALTER DATABASE sandbox OWNER TO {original.applier}".encode())
        stop = "--set=ON_ERROR_STOP=1"
        run("psql", elsewhere.url("sandbox"), "--no-psqlrc", stop, f"--file={dump}")
        ((here, system),) = rows(elsewhere.url("sandbox"), IDENTITY)
        ((there, other),) = rows(server.url("sandbox"), IDENTITY)
        assert here == there
        assert system != other
        is_refused_until_applied(original.contract, server, elsewhere, "sandbox", original.applier)
