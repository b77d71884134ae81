"""`load`: an embedded database that SQL files make, once, and anew when they change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from jwtroles.cli import run
from jwtroles.embedded import default_server, server_of
from jwtroles.embedded.places import ROOT_VARIABLE
from jwtroles.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: web}
environments:
  dev: {database: embedded, load: [sql/*.sql, more.sql]}
  live: {database: "${LIVE}"}
tokens: {verify: gateway, claims: {groups: {type: "text[]"}}}
mapping: [{claim: groups, contains: a, role: member}]
roles:
  member: {tables: {app.a: {select: all}, app.b: {only: [dev], select: all}}}
tests:
  - name: both
    given: {app.a: [{id: 1}], app.b: [{id: 2}]}
    as: {groups: [a]}
    becomes: member
    expect: [{query: "select a.id, b.id from app.a, app.b", rows: [[1, 2]]}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder with a specification, and a place of its own for embedded servers."""
    place = tmp_path / "project"
    (place / "sql").mkdir(parents=True)
    (place / "jwtroles.yaml").write_text(SPEC, encoding="utf-8")
    (place / "sql" / "1.sql").write_text(
        "create role app_owner; create schema app authorization app_owner;", encoding="utf-8"
    )
    (place / "sql" / "2.sql").write_text(
        "create table app.a (id int);\ncopy app.a from stdin;\n7\n\\.\ntruncate app.a;\n",
        encoding="utf-8",
    )
    (place / "more.sql").write_text("create table app.b (id int);", encoding="utf-8")
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "servers"))
    monkeypatch.delenv("JWTROLES_ENV", raising=False)
    monkeypatch.chdir(place)
    yield place
    server(place).delete()


def server(folder: Path) -> Any:
    return server_of(f"{(folder / 'jwtroles.yaml').resolve()} dev")


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(server(folder).url(), autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


def test_it_is_loaded_once_kept_and_made_anew_when_a_file_changes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "--env", "dev", "--check"]) == Exit.DIFFERENT
    assert run(["apply", "--env", "dev", "--yes", "--quiet"]) == Exit.DONE
    rows(folder, "insert into app.a values (5)")
    capsys.readouterr()
    assert run(["plan", "--env", "dev", "--check"]) == Exit.DONE, "it is the same database"
    assert rows(folder, "select id from app.a") == [(5,)]
    assert run(["db", "url", "--env", "dev"]) == Exit.DONE
    assert capsys.readouterr().out.strip().endswith(server(folder).url())
    assert not default_server().running(), "its roles are not on the shared server"

    (folder / "more.sql").write_text("create table app.b (id int, note text);", encoding="utf-8")
    assert run(["plan", "--env", "dev", "--check"]) == Exit.DIFFERENT
    assert rows(folder, "select id from app.a") == []
    assert rows(folder, "select count(*) from pg_roles where rolname = 'member'") == [(0,)]


def test_a_file_that_fails_leaves_nothing_half_loaded(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "more.sql").write_text("create table app.b (id itn);", encoding="utf-8")
    assert run(["plan", "--env", "dev"]) == Exit.ERROR
    err = capsys.readouterr().err
    assert "more.sql could not be loaded" in err
    assert 'type "itn" does not exist' in err
    (folder / "more.sql").write_text("create table app.b (id int);", encoding="utf-8")
    assert run(["plan", "--env", "dev"]) == Exit.DONE, "app_owner is not there already"


@pytest.mark.parametrize("arguments", [[], ["--env", "dev"], ["--load", "all.sql"]])
def test_tests_run_on_a_server_of_their_own_with_these_files(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    if "--load" in arguments:
        parts = ("sql/1.sql", "sql/2.sql", "more.sql")
        text = "\n".join((folder / part).read_text(encoding="utf-8") for part in parts)
        (folder / "all.sql").write_text(text, encoding="utf-8")
        (folder / "more.sql").unlink()
        arguments = [*arguments, "--env", "dev"]
        (folder / "more.sql").write_text("broken", encoding="utf-8")
    assert run(["test", *arguments]) == Exit.DONE, capsys.readouterr()
    assert not server(folder).running()


@pytest.mark.parametrize(
    ("load", "code"),
    [
        ("../secret.sql", "JR139"),
        ("link.sql", "JR139"),
        ("none.sql", "JR140"),
        ("none/*.sql", "JR140"),
    ],
)
def test_no_file_outside_of_the_folder_is_run(
    folder: Path, load: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = folder.parent / "secret.sql"
    secret.write_text("create table app.secret ()", encoding="utf-8")
    (folder / "link.sql").symlink_to(secret)
    text = SPEC.replace("sql/*.sql, more.sql", load)
    (folder / "jwtroles.yaml").write_text(text, encoding="utf-8")
    for command in (["plan", "--env", "dev"], ["test"]):
        assert run(command) == Exit.ERROR
        assert f"error[{code}]" in capsys.readouterr().err
    assert not server(folder).running()


def test_another_url_is_never_loaded(folder: Path, cluster: Any) -> None:
    with cluster(18).fresh() as sandbox:
        assert run(["plan", "--env", "dev", "--database", sandbox.url]) == Exit.ERROR
        assert sandbox.rows("select from pg_namespace where nspname = 'app'") == []
