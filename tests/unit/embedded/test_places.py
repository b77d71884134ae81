from __future__ import annotations

from pathlib import Path

import pytest

from jwtroles.embedded.places import LONGEST_SOCKET, socket_folder
from jwtroles.embedded.run_as import RunAs, environment


def test_socket_stands_beside_the_data():
    assert socket_folder(Path("/home/ann/.cache/jwtroles")) == Path(
        "/home/ann/.cache/jwtroles/socket"
    )


@pytest.mark.parametrize(
    "root",
    ["/home/" + "a" * 90, "/home/" + "ä" * 45, "/home/ann, bob/cache", '/home/"ann"'],
    ids=len,
)
def test_socket_of_a_long_or_odd_path_stands_in_the_temporary_folder(root, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/tmp")
    folder = socket_folder(Path(root))
    assert folder.parent == Path("/tmp")
    assert folder == socket_folder(Path(root)), "every process finds the same one"
    assert folder != socket_folder(Path(root + "/x"))


def test_socket_is_short_even_below_a_long_temporary_folder(monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/var/" + "t" * 90)
    folder = socket_folder(Path("/home/" + "a" * 90))
    assert len(str(folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET


def test_environment_keeps_what_would_change_the_server_away(monkeypatch):
    for name in ("PGPORT", "PGHOST", "PGOPTIONS", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("PATH", "/bin")
    given = environment()
    assert given["PATH"] == "/bin"
    assert (given["LC_ALL"], given["TZ"]) == ("C", "UTC")
    assert not [name for name in given if name.startswith("PG") or name in {"LANG", "LC_MESSAGES"}]


def test_without_an_account_everything_can_be_reached():
    assert RunAs().reaches(Path("/nowhere/at/all"))
