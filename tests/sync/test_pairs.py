"""What may be compared with what: each pair, with the file and without any."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

import psycopg
import pytest

from tests.live.billing import TEXT, changed
from tests.saved_plans.bench import Said, run
from tests.sync.pair import TABLES_AGAIN
from tests.sync.test_apart import apart

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Clusters

SELECTED = "select: [id, tenant_id, name]"
MORE = changed((SELECTED, "select: [id, tenant_id, name, email]"))
"""The example where a member sees one column more, as staging has it by hand."""

SAME = re.compile(r"acme:\s.*\s→\s.*\sAccess\s+is\s+the\s+same\.", re.DOTALL)


class Room(NamedTuple):
    """A folder with the file and snapshots, one with these alone, and the words of both sides."""

    folder: Path
    bare: Path
    variables: dict[str, str]
    staging: dict[str, str]
    production: dict[str, str]
    unmanaged: str

    def diff(self, *words: str, bare: bool = False) -> Said:
        """Compare, and tell by the exit code whether access differs."""
        folder = self.bare if bare else self.folder
        return run(folder, "diff", *words, "--check", **self.variables)


@pytest.fixture(scope="module")
def room(cluster: Clusters, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder, bare = tmp_path_factory.mktemp("folder"), tmp_path_factory.mktemp("bare")
    (folder / "jwtroles.yaml").write_text(TEXT, "utf-8")
    (folder / "more.yaml").write_text(MORE, "utf-8")
    with apart(cluster, 18, 16) as (pair, production):
        staging = pair.staging.info.dsn
        pair.staging.execute("GRANT SELECT (email) ON app.customers TO member")
        variables = {
            "STAGING_DATABASE_URL": staging,
            "PRODUCTION_DATABASE_URL": production.url,
        }
        for name in ("staging", "production"):
            taken = run(folder, "snapshot", "--env", name, "--out", f"{name}.json", **variables)
            assert taken.code == 0, taken.err
        for file in folder.iterdir():
            shutil.copy(file, bare / file.name.replace("jwtroles.yaml", "file.yaml"))
        yield Room(
            folder,
            bare,
            variables,
            {"environment": "staging", "database": staging, "snapshot": "staging.json",
             "file": "more.yaml"},
            {"environment": "production", "database": production.url,
             "snapshot": "production.json", "file": "jwtroles.yaml"},
            production.create_database("unmanaged"),
        )  # fmt: skip


KINDS = ("environment", "database", "snapshot", "file")


def test_every_pair_with_the_file(room: Room) -> None:
    wrong = []
    for one in KINDS:
        for other in KINDS:
            tables = ("--env", "production") if (one, other) == ("file", "file") else ()
            said = room.diff(room.staging[one], room.production[other], *tables)
            if said.code != 2 or not re.search(
                r"~ member +select id, tenant_id, name, \+ email", said.out
            ):
                wrong.append((one, other, said))
            if "JR654" in said.out or ((one, other) != ("file", "file") and "JR372" in said.out):
                wrong.append((one, other, "noted", said))
            if one != other:
                continue
            said = room.diff(room.staging[one], room.staging[other], *tables)
            if said.code != 0 or not SAME.match(said.out):
                wrong.append((one, other, "same", said))
    assert wrong == [], wrong[:3]


def test_every_pair_without_a_file_or_with_one_that_is_a_side(room: Room) -> None:
    """Where a side is a file it says what counts, its environments included."""
    wrong = []
    production = {**room.production, "file": "file.yaml"}
    staging = room.staging
    for one in KINDS:
        for other in KINDS:
            if "environment" in (one, other) and "file" not in (one, other):
                continue
            files = (one, other) == ("file", "file")
            tables = ("--catalog", "production.json") if files else ()
            said = room.diff(staging[one], production[other], *tables, bare=True)
            if said.code != 2 or not re.search(
                r"~ member +select id, tenant_id, name, \+ email", said.out
            ):
                wrong.append((one, other, said))
            if ("JR654" in said.out) != ("file" not in (one, other)):
                wrong.append((one, other, "noted", said))
            if one != other:
                continue
            said = room.diff(staging[one], staging[other], *tables, bare=True)
            if said.code != 0 or not SAME.match(said.out):
                wrong.append((one, other, "same", said))
    assert wrong == [], wrong[:3]
    said = room.diff(staging["database"], room.production["database"], bare=True)
    assert "compared are app, and the roles of acme (8)" in said.out, said.out


def test_a_snapshot_without_a_file_says_what_its_database_does(room: Room, tmp_path: Path) -> None:
    for name, words in (("staging", room.staging), ("production", room.production)):
        out = str(tmp_path / f"{name}.json")
        taken = run(room.bare, "snapshot", "--database", words["database"], "--out", out)
        assert (taken.code, "views and sequences of app." in taken.err) == (0, True), taken.err
    one, other = str(tmp_path / "staging.json"), str(tmp_path / "production.json")
    for pair in (
        (one, other),
        (one, room.production["database"]),
        (room.staging["database"], other),
    ):
        said = room.diff(*pair, bare=True)
        assert said.code == 2, said.err
        assert re.search(r"~ member +select id, tenant_id, name, \+ email", said.out)
        assert "1 difference: 0 in" in said.out, said.out
    assert SAME.match(room.diff(one, room.staging["database"], bare=True).out)
    said = room.diff(one, room.production["environment"])
    assert said.code == 2, "a file may say the names of the other side"
    said = run(room.folder, "snapshot", "--spec", "jwtroles.yaml", "--schemas", "app")
    assert (said.code, "error[JR010]" in said.err) == (1, True)
    said = run(room.bare, "snapshot", "--env", "staging")
    assert (said.code, "error[JR100]" in said.err) == (1, True)


REFUSED = {
    "an environment without a file": (("staging", "production"), "JR100"),
    "two files and no tables": (("file.yaml", "more.yaml"), "JR012"),
    "tables twice": (
        ("file.yaml", "more.yaml", "--catalog", "staging.json", "--database", "x"),
        "JR016",
    ),
    "tables for what has some": (("staging.json", "production.json", "--env", "x"), "JR010"),
    "schemas of a snapshot": (("staging.json", "production.json", "--schemas", "app"), "JR010"),
    "schemas of a file": (("file.yaml", "staging.json", "--schemas", "app"), "JR010"),
    "nothing of the kind": (("file.yaml", "nowhere"), "JR030"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_compared_is_refused(room: Room, name: str) -> None:
    words, code = REFUSED[name]
    said = room.diff(*words, bare=True)
    assert (said.code, said.out) == (1, "")
    assert f"error[{code}]" in said.err, said.err


def test_a_sync_needs_the_file_and_says_how_to_get_one(room: Room) -> None:
    one, other = room.staging["database"], room.production["database"]
    said = run(room.bare, "sync", "--from", one, "--to", other, "--yes")
    assert (said.code, said.out) == (1, "")
    assert "error[JR652]: a sync needs the file" in said.err
    assert "jwtroles import --database" in said.err
    assert said.err.endswith("Nothing was changed.\n")
    room_file = ("--spec", "file.yaml")
    said = run(room.bare, "sync", "--from", one, "--to", other, "--plan", *room_file)
    assert (said.code, "1 change" in said.out) == (0, True), said.err


def test_one_that_is_managed_and_one_that_is_not(room: Room) -> None:
    with psycopg.connect(room.unmanaged, autocommit=True) as connection:
        connection.execute(TABLES_AGAIN.encode())
    managed = room.production["database"]
    said = room.diff(managed, room.unmanaged, bare=True)
    assert said.code == 2, said.err
    assert "compared are app, and the roles of acme" in said.out
    said = room.diff(room.unmanaged, managed, bare=True)
    assert (said.code, "JR663" in said.err) == (1, True), said
