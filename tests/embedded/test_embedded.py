"""The embedded server among other processes: started together, killed, stopped, run by root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from jwtroles.embedded import EmbeddedServer, binaries, scratch_database
from jwtroles.embedded.places import ROOT_VARIABLE, Postmaster
from jwtroles.embedded.run_as import as_account, in_namespace
from jwtroles.errors import ServerError

COMMAND_LINE = "from jwtroles.cli.db import app; app()"
START = """
import sys, time; from pathlib import Path; from jwtroles.embedded import EmbeddedServer, binaries
EmbeddedServer(binaries.bundled(), Path(sys.argv[1])).start()
print("started", flush=True); time.sleep(600)
"""
PRIVATE = """
import sys, time; from pathlib import Path; from jwtroles.embedded import EmbeddedServer
with EmbeddedServer.private(root=Path(sys.argv[1])) as server:
    print(server.url(), flush=True)
    time.sleep(600)
"""


def processes_in(folder: Path) -> set[int]:
    """Return the processes that work below `folder`: a server's all do."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found.add(int(process.name))
        except OSError:  # it ended, or has and nobody has waited for it yet
            continue
    return found


def commands_in(folder: Path) -> list[bytes]:
    """Return the command lines of the processes that work below `folder`, words end with NUL."""
    found = []
    for pid in processes_in(folder):
        try:
            found.append(Path(f"/proc/{pid}/cmdline").read_bytes())
        except OSError:  # it ended meanwhile
            continue
    return found


def sockets_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_socket()]


def eventually(true) -> bool:
    end = time.monotonic() + 15
    while not (answer := true()) and time.monotonic() < end:
        time.sleep(0.02)
    return bool(answer)


def python(code: str, *arguments: object, **variables: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    env = os.environ | variables
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)


def kill(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    process.send_signal(number)
    process.communicate(timeout=60)


def folder_of(url: str) -> Path:
    return Path(psycopg.conninfo.conninfo_to_dict(url)["host"]).parent


def one(server: EmbeddedServer, query: str) -> object:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        return connection.execute(query).fetchone()[0]


def run(server: EmbeddedServer, statement: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def root():
    """A folder with a name short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="jwtroles-test-"))
    yield folder
    for pid in processes_in(folder):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder)


@pytest.fixture
def server(root, templates):
    server = EmbeddedServer(binaries.bundled(), root, templates=templates)
    yield server
    server.stop()


def test_six_processes_that_start_it_at_once_get_one_server(root):
    variables = {ROOT_VARIABLE: str(root)}
    started = [python(COMMAND_LINE, "start", **variables) for _ in range(6)]
    answers = [process.communicate(timeout=120)[0] for process in started]

    assert [process.returncode for process in started] == [0] * 6
    assert len(set(answers)) == 1, "all print the same address"
    with psycopg.connect(answers[0].strip()) as connection:
        (data,) = connection.execute("SHOW data_directory").fetchone()
    assert sum(f"-D\0{data}\0".encode() in command for command in commands_in(root)) == 1
    assert python(COMMAND_LINE, "stop", **variables).communicate()[0] == "stopped\n"
    assert python(COMMAND_LINE, "stop", **variables).communicate()[0] == "it was not running\n"
    assert eventually(lambda: not processes_in(root))


def test_stop_leaves_no_process_no_socket_and_no_lock(server, root):
    server.start()
    (socket,) = sockets_in(root)
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    assert one(server, "SHOW listen_addresses") == ""
    assert server.running()

    assert server.stop()

    assert not server.running()
    assert not processes_in(root)
    assert [path.name for path in root.iterdir()] == ["data"]
    assert not (root / "data" / "postmaster.pid").exists()
    assert not server.stop(), "there is nothing more to stop"


def test_data_is_there_again_after_a_stop(server):
    server.start()
    run(server, "CREATE TABLE kept AS SELECT 42")
    server.stop()
    server.start()
    assert one(server, "TABLE kept") == 42


def test_a_server_outlives_its_killed_client_and_is_used_again(server, root):
    client = python(START, root)
    assert client.stdout.readline() == "started\n"
    before = Postmaster.of(root / "data")
    kill(client)

    assert server.running()
    server.start()
    assert Postmaster.of(root / "data") == before
    assert server.stop()
    assert not processes_in(root)


@pytest.mark.parametrize("moment", [0.1, 0.3, 0.6, 0.9, 1.2])
def test_a_client_killed_while_it_starts_leaves_a_server_or_none(root, moment):
    client = python(START, root)
    time.sleep(moment)
    kill(client)

    server = EmbeddedServer(binaries.bundled(), root)
    server.start()
    assert one(server, "SELECT 1") == 1
    assert server.stop()
    assert eventually(lambda: not processes_in(root))


def test_a_killed_server_is_started_again(server, root):
    server.start()
    run(server, "CREATE TABLE kept AS SELECT 42")
    before = Postmaster.of(root / "data")
    with psycopg.connect(server.url(), autocommit=True):  # keeps a process of the server busy
        os.kill(before.pid, signal.SIGKILL)
        assert (root / "data" / "postmaster.pid").exists()
        assert eventually(lambda: not server.running())
        server.start()

    assert Postmaster.of(root / "data").pid != before.pid
    assert one(server, "TABLE kept") == 42


def test_stop_cleans_up_after_a_killed_server(server, root):
    server.start()
    os.kill(Postmaster.of(root / "data").pid, signal.SIGKILL)
    assert eventually(lambda: not server.running())
    assert not server.stop()
    assert [path.name for path in root.iterdir()] == ["data"]
    assert eventually(lambda: not processes_in(root))


def test_a_process_that_got_the_number_of_a_killed_server_is_left_alone(server, root):
    server.start()
    server.stop()
    with python("import time; time.sleep(600)") as stranger:
        lines = [str(stranger.pid), str(root / "data"), "0", "5432", str(root / "socket"), "", "0"]
        (root / "data" / "postmaster.pid").write_text("\n".join(lines))
        assert not server.running()
        assert not server.stop()
        server.start()
        assert stranger.poll() is None
        kill(stranger)


def test_a_long_path_gets_a_short_socket_that_stop_removes(root, templates):
    deep = root / ("x" * 120)
    server = EmbeddedServer(binaries.bundled(), deep, templates=templates)
    server.start()
    folder = Postmaster.of(deep / "data").socket_folder
    assert folder.parent == Path(tempfile.gettempdir())
    assert one(server, "SELECT 1") == 1
    assert server.stop()
    assert not folder.exists()


def test_a_server_that_cannot_start_says_why(server, root):
    server.start()
    server.stop()
    with (root / "data" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(ServerError) as raised:
        server.start()
    (problem,) = raised.value.problems
    assert problem.code.id == "JR003"
    assert "no_such_setting" in "\n".join(problem.details)
    assert str(root) in problem.remedy
    assert not processes_in(root)


def test_the_address_of_a_stopped_server_is_refused(server):
    with pytest.raises(ServerError, match="not running"):
        server.url()


def test_a_private_server_is_gone_after_an_exception(templates):
    used = []

    def work() -> None:
        with EmbeddedServer.private(root=templates) as server:
            run(server, "CREATE ROLE app_owner")
            used.append(folder_of(server.url()))
            assert processes_in(used[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    (folder,) = used
    assert not processes_in(folder)
    assert not folder.exists()


def test_a_private_server_is_gone_after_ctrl_c(templates):
    client = python(PRIVATE, templates)
    folder = folder_of(client.stdout.readline().strip())
    assert processes_in(folder)
    kill(client, signal.SIGINT)
    assert not processes_in(folder)
    assert not folder.exists()


def test_a_private_server_of_a_killed_process_is_removed_by_the_next(templates):
    client = python(PRIVATE, templates)
    folder = folder_of(client.stdout.readline().strip())
    kill(client)
    assert processes_in(folder), "nobody could stop it"
    with EmbeddedServer.private(root=templates):
        pass
    assert eventually(lambda: not processes_in(folder) and not folder.exists())


def test_two_private_servers_run_side_by_side(templates):
    with (
        EmbeddedServer.private(root=templates) as first,
        EmbeddedServer.private(root=templates) as second,
    ):
        run(first, "CREATE ROLE app_owner")
        run(second, "CREATE ROLE app_owner")


def test_scratch_databases_in_parallel_are_filled_and_dropped(server, tmp_path):
    server.start()
    table = tmp_path / "table.sql"
    table.write_text("CREATE TABLE t (n int);\nCOPY t FROM stdin;\n7\n\\.\n")

    def work(_: int) -> tuple[str, int]:
        with scratch_database(server, [table]) as url, psycopg.connect(url) as connection:
            return connection.info.dbname, connection.execute("TABLE t").fetchone()[0]

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(work, range(8)))
    assert len({name for name, _ in results}) == 8
    assert {number for _, number in results} == {7}
    assert one(server, "SELECT count(*) FROM pg_database WHERE datname ~ 'scratch'") == 0


def test_a_file_that_fails_names_file_and_line_and_leaves_no_database(server, tmp_path):
    server.start()
    wrong = tmp_path / "wrong.sql"
    wrong.write_text("SELECT 1;\nSELECT nothing_like_it;\n")
    with pytest.raises(ServerError) as raised, scratch_database(server, [wrong]):
        pytest.fail("it was not run")
    assert "wrong.sql:2: ERROR" in raised.value.problems[0].details[0]
    assert one(server, "SELECT count(*) FROM pg_database WHERE datname ~ 'scratch'") == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
@pytest.mark.parametrize("way", [in_namespace, as_account])
def test_root_runs_it_as_somebody_else(way, root, tmp_path):
    run_as = way()
    if run_as is None:
        pytest.skip(f"{way.__name__} is not allowed here")
    # Programs and files where only root can enter, as in a virtual environment below /root.
    tmp_path.chmod(0o700)
    bundled = binaries.bundled()
    package = bundled.parents[1]
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, tmp_path / folder.name, symlinks=True)
    programs = tmp_path / bundled.relative_to(package.parent)
    server = EmbeddedServer(programs, tmp_path / "root", run_as=run_as)
    server.start()
    try:
        data = Path(one(server, "SHOW data_directory"))
        postmaster = Postmaster.of(data)
        status = Path(f"/proc/{postmaster.pid}/status").read_text()
        owner = run_as.account.uid if run_as.account else 0
        assert f"Uid:\t{owner}\t" in status
        assert data.stat().st_uid == owner
        server.start()
        assert Postmaster.of(data) == postmaster
        with EmbeddedServer.private(programs, tmp_path / "root", run_as=run_as) as private:
            folder = folder_of(private.url())
            assert one(private, "SELECT 1") == 1
        assert not folder.exists()
    finally:
        assert server.stop()
        if not data.is_relative_to(tmp_path):  # where the account can enter
            shutil.rmtree(data.parent)
    assert not processes_in(data.parent)
    assert not postmaster.socket_folder.exists()


def test_delete_takes_the_databases_with_it(tmp_path):
    server = EmbeddedServer(binaries.bundled(), tmp_path / "server")
    server.start()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE kept")
    server.stop()
    assert server.delete()
    assert not server.delete()
    server.start()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'kept'").fetchall()
    server.delete()
    assert found == []
    assert not server.running()
