"""A database with open sessions that is emptied rather than made anew: for hundreds of cases."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING
from unittest import mock

from psycopg import sql

from jwtroles import applier, reader
from jwtroles.applier import apply, transaction
from jwtroles.applier.transaction import Attempt
from jwtroles.catalog import Server, stable
from jwtroles.kinds import KINDS
from jwtroles.planner.script import lines, preamble
from jwtroles.reader.connection import connect
from jwtroles.reader.queries import query_text
from jwtroles.spec.load import load, load_text
from jwtroles.verifier import multiples
from jwtroles.verifier.curves import EDWARDS25519, P256, Point
from jwtroles.workflow import make_plan, read_database
from tests.servers import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pytest

    from jwtroles.catalog import Catalog
    from jwtroles.planner.model import Plan
    from jwtroles.planner.script import Line
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Spec
    from tests.servers import Sandbox

loaded = cache(load_text)


@cache
def _loaded_from(path: Path, _text: str) -> Spec:
    return load(path)


def loaded_from(path: Path) -> Spec:
    """Return the specification in a file that includes no other."""
    return _loaded_from(path, path.read_text(encoding="utf-8"))


EVERYTHING = ("tightens", "neutral", "loosens", "cuts_off", "destroys")
AS_NEW = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL"
VACUUM_EVERY = 25
"""How often a database is emptied before its dead rows are: every reading of a catalog scans them,
and in the minute that autovacuum takes hundreds of cases leave theirs.
"""
SCHEMAS = r"SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$|public$)'"
LEFTOVERS = """
    SELECT pg_describe_object(classid, objid, 0) FROM pg_depend AS d
    WHERE refclassid = 'pg_namespace'::regclass AND refobjid = 'public'::regnamespace
    UNION ALL SELECT 'default privileges' FROM pg_default_acl
    UNION ALL SELECT 'a membership' FROM pg_auth_members WHERE greatest(roleid, member) >= 16384
"""


@dataclass
class Workbench:
    """The sandbox of a server, emptied between cases.

    Making a database and opening sessions would take most of a case's time. Sessions are kept as
    long as their role lives: the server's caches of the catalog are warm then, which halves the
    time of reading it.
    """

    sandbox: Sandbox
    _sessions: dict[str, Connection] = field(default_factory=dict)
    _emptied: int = 0

    @property
    def major(self) -> int:
        return self.sandbox.major

    def session(self, role: str = "postgres") -> Connection:
        """Return an idle session of a role, as new as `connect` gives it."""
        kept = self._sessions.get(role)
        if kept is not None and not kept.closed:
            kept.rollback()
            kept.execute(f"{AS_NEW}; DISCARD TEMP; SET search_path = pg_catalog")
            return kept
        self._sessions[role] = connect(self.sandbox.url_for(role))
        return self._sessions[role]

    def run_sql(self, text: str, role: str = "postgres") -> None:
        """Run statements in one transaction, with the server's own settings."""
        if text:
            connection = self.session(role)
            connection.execute("RESET search_path")
            connection.execute(text.encode())

    def empty(self) -> None:
        """Drop everything that a case made, and the sessions of its roles."""
        for role in self._sessions.keys() - {"postgres"}:
            self._sessions.pop(role).close()
        connection = self.session()
        schemas = [row["nspname"] for row in connection.execute(SCHEMAS)]
        roles = [row["rolname"] for row in connection.execute(ROLES)]
        drops = [sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)) for name in schemas]
        names = [sql.Identifier(name) for name in roles]
        drops += [sql.SQL("DROP OWNED BY {} CASCADE").format(name) for name in names]
        if names:
            drops.append(sql.SQL("DROP ROLE {}").format(sql.SQL(", ").join(names)))
        connection.execute("SET client_min_messages = warning")
        connection.execute("ALTER DATABASE sandbox OWNER TO postgres")
        connection.execute("GRANT CONNECT, TEMPORARY ON DATABASE sandbox TO PUBLIC")
        connection.execute("ALTER DATABASE sandbox RESET ALL")
        # DROP OWNED stumbles over default privileges that are gone with their schema, or with the
        # role before it in one statement ("could not find tuple for default ACL"): one by one.
        for drop in drops:
            connection.execute(drop)
        assert connection.execute(LEFTOVERS).fetchall() == []
        self._emptied += 1
        if self._emptied % VACUUM_EVERY == 0:
            connection.execute("VACUUM")

    def read(self, spec: Spec) -> dict[str, list[str]]:
        """Return what a superuser sees of what a file is about."""
        return described(read_database(self.session(), spec, None).catalog)

    def close(self) -> None:
        """Close the sessions."""
        for connection in self._sessions.values():
            connection.close()


def plan_and_apply(connection: Connection, spec: Spec) -> Plan:
    planned = make_plan(connection, spec, None)
    apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
    return planned.plan


def plan_and_run(connection: Connection, spec: Spec) -> tuple[str, ...]:
    """Run the statements of a plan, for a start or a comparison; return the script.

    Where the plan holds secrets, which the product alone can send, it is applied, and there is no
    script.
    """
    planned = make_plan(connection, spec, None)
    if any(statement.copied for statement in planned.plan.statements):
        apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
        return ()
    script = (*preamble("2s"), *(line.sql for line in lines(planned.plan.statements)))
    run_script(connection, script)
    return script


MULTIPLES = re.compile(
    r"INSERT INTO jwtroles\.curve_multiple .* SELECT (?P<number>-?\d+), m\.\* "
    r"FROM jwtroles\.multiples_(?P<curve>\w+)\((?P<x>\d+), (?P<y>\d+), (?P<width>\d+)\)"
)
BASE_DIGESTS = {curve.base_point: curve.base_digest for curve in (P256, EDWARDS25519)}
_multiples: dict[str, bytes] = {}
"""Statements that make the multiples of a point → the rows that they make."""


def run_script(connection: Connection, script: Iterable[str]) -> None:
    """Run a script in one transaction.

    The multiples of a point, which take up to a second to make, are kept for all databases.
    """
    with connection.transaction():
        for makes_multiples, statements in groupby(script, lambda one: bool(MULTIPLES.match(one))):
            if not makes_multiples:
                connection.execute(";\n".join(statements).encode())
                continue
            for statement in statements:
                _make_multiples(connection, statement)


@contextmanager
def multiples_kept() -> Iterator[None]:
    """Let `apply` copy the multiples of a point that this process has made once.

    Its proof compares their digest as ever.
    """
    send = Attempt._send

    def sends(attempt: Attempt, line: Line) -> None:
        if MULTIPLES.match(line.sql):
            _make_multiples(attempt.connection, line.sql)
        else:
            send(attempt, line)

    with mock.patch.object(Attempt, "_send", sends):
        yield


COLUMNS = "point, place, digit, x, y, z"


def _make_multiples(connection: Connection, statement: str) -> None:
    if statement in _multiples:
        to = f"COPY jwtroles.curve_multiple ({COLUMNS}) FROM STDIN (FORMAT binary)"
        with connection.cursor().copy(to.encode()) as copy:
            copy.write(_multiples[statement])
        return
    connection.execute(statement.encode())
    asked = MULTIPLES.match(statement)
    assert asked is not None
    number, x, y, width = (int(asked[name]) for name in ("number", "x", "y", "width"))
    digest = BASE_DIGESTS.get(number) or multiples.digest(Point(asked["curve"], x, y), width)
    digests = connection.execute(query_text("jwtroles.kinds", "curve_multiple")).fetchall()
    if {"point": number, "digest": digest} not in digests:
        return  # somebody changed what makes them
    rows = f"SELECT {COLUMNS} FROM jwtroles.curve_multiple WHERE point = {number}"
    with connection.cursor().copy(f"COPY ({rows}) TO STDOUT (FORMAT binary)".encode()) as copy:
        _multiples[statement] = b"".join(copy)


def described(catalog: Catalog) -> dict[str, list[str]]:
    """Return a catalog as texts, so that a difference can be read."""
    return {kind.name: sorted(map(stable, catalog[kind.name].values())) for kind in KINDS}


def without_room(patch: pytest.MonkeyPatch) -> None:
    """Let servers that are read from here on have room for nothing, so that plans are cut."""
    small = {"locks_each": 1, "lock_sessions": 1, "locks_held": 1}
    patch.setattr(reader, "Server", lambda **fields: Server(**{**fields, **small}))
    for module in (applier, transaction):
        patch.setattr(module, "check_room", lambda *_, **__: None)
