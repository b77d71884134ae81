"""The rows of attacks.yaml, and what comes of one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import yaml

from tests.attack.removals import removed
from tests.attack.tokens import SHORT

if TYPE_CHECKING:
    from tests.attack.tokens import Tokens
    from tests.servers import Sandbox

FILE = Path(__file__).parent / "attacks.yaml"
LOGIN = "shop_login"
WAIT = "wait"
LIMITS = "-c statement_timeout=20s -c lock_timeout=5s"

Step = str | dict[str, Any]
Outcome = str | list[list[str]]
"""An SQLSTATE and what is said, or rows."""


@dataclass(frozen=True)
class Attack:
    """One row.

    Attributes:
        name: a few words.
        tries: what the attacker wants, and how.
        steps: statements, in order. A text is the attacker's; {victim: …}, {other: …} are other
            clients of the same login, {admin: …} is what an operator does meanwhile. {edit: …}
            writes fields of the attacker's own ticket anew. `wait` is until a short token is over.
        stopped: 'no rows', or an SQLSTATE and a part of the message.
        stopped_by: the object that stops it. Several where each of them alone would.
        wins: what comes of it once that is gone: the rows of the last statement, or an error that
            shows what nobody should see.
        given: what an operator has done before, against advice or on purpose.
        afterwards: what undoes that.
        since: the first major version that has what the attack needs.
    """

    name: str
    tries: str
    steps: Sequence[Step]
    stopped: str
    stopped_by: Sequence[Mapping[str, str]]
    wins: Outcome
    given: Sequence[str] = ()
    afterwards: Sequence[str] = ()
    since: int = 14


def load(file: Path = FILE) -> list[Attack]:
    """Return the rows; one that names no object is an error."""
    found = []
    for row in yaml.safe_load(file.read_text(encoding="utf-8")):
        objects = row.pop("stopped_by", [])
        listed = objects if isinstance(objects, list) else [objects]
        if not listed or not all("object" in one for one in listed):
            raise ValueError(f"nothing is named that stops: {row['name']}")
        found.append(Attack(stopped_by=listed, **row))
    return found


@dataclass(frozen=True)
class Stage:
    """Where attacks are run.

    Attributes:
        login: the address for the login of `connect_as`.
        admin: a superuser.
        tokens: what makes tokens.
    """

    login: str
    admin: psycopg.Connection[Any]
    tokens: Tokens

    @classmethod
    def of(cls, sandbox: Sandbox, tokens: Tokens) -> Stage:
        """Return the stage of a server."""
        admin = sandbox.connect()
        admin.execute("SET lock_timeout = '5s'")  # a statement that is stuck must fail
        return cls(sandbox.url_for(LOGIN), admin, tokens)


@dataclass
class Attempt:
    """One run of an attack, which may rest while a token grows old."""

    stage: Stage
    attack: Attack
    _connections: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)
    _left: list[Step] = field(default_factory=list)
    _begun: float = 0
    _outcome: Outcome = ""

    def __post_init__(self) -> None:
        self._left = list(self.attack.steps)

    def begin(self) -> Attempt:
        """Run what comes before the wait."""
        for statement in self.attack.given:
            self._execute("admin", statement)
        self._run(until=WAIT)
        self._begun = time.time()
        return self

    def finish(self) -> Outcome:
        """Run the rest, and return the error or the rows of the last statement."""
        try:
            if WAIT in self.attack.steps:
                time.sleep(max(0, self._begun + SHORT + 0.02 - time.time()))
            self._run(until=None)
        finally:
            for connection in self._connections.values():
                connection.close()
            for statement in self.attack.afterwards:
                self._execute("admin", statement)
        return self._outcome

    def _run(self, until: str | None) -> None:
        while self._left:
            step = self._left.pop(0)
            if step == until:
                return
            who, what = ("attacker", step) if isinstance(step, str) else next(iter(step.items()))
            try:
                self._outcome = self._edit(what) if who == "edit" else self._execute(who, what)
            except psycopg.Error as error:
                self._left.clear()
                self._outcome = f"{error.sqlstate} {error.diag.message_primary or error}"

    def _connection(self, who: str) -> psycopg.Connection[Any]:
        if who == "admin":
            return self.stage.admin
        if who not in self._connections:
            self._connections[who] = psycopg.connect(self.stage.login, options=LIMITS)
        return self._connections[who]

    def _execute(self, who: str, statement: str) -> list[list[str]]:
        connection = self._connection(who)
        cursor = connection.cursor()
        if statement.startswith("COPY"):
            with cursor.copy(statement.encode()) as copy:
                return [list(map(str, row)) for row in copy.rows()]
        given = _Asked(self.stage.tokens, self._tickets(statement)) if "%(" in statement else None
        cursor.execute(statement.encode(), given)
        return [list(map(str, row)) for row in cursor] if cursor.description else []

    def _tickets(self, statement: str) -> dict[str, str]:
        """Return the tickets of other connections, where a statement asks for one."""
        return {
            f"ticket_of_{who}": _ticket(connection)
            for who, connection in self._connections.items()
            if f"ticket_of_{who}" in statement
        }

    def _edit(self, fields: Mapping[int, str]) -> list[list[str]]:
        connection = self._connection("attacker")
        parts = _ticket(connection).split("\x1f")
        for number, value in fields.items():
            found = self._execute("admin", value) if value.startswith("SELECT") else [[value]]
            parts[number - 1] = found[0][0]
        connection.execute("SELECT set_config('jwtroles.ticket', %s, true)", ["\x1f".join(parts)])
        return []


def _ticket(connection: psycopg.Connection[Any]) -> str:
    (ticket,) = connection.execute("SELECT current_setting('jwtroles.ticket')").fetchone() or ("",)
    return str(ticket)


@dataclass
class _Asked(Mapping[str, str]):
    """The values of a statement: tokens are made when they are asked for."""

    tokens: Tokens
    tickets: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.tickets[name] if name in self.tickets else self.tokens[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tickets)

    def __len__(self) -> int:
        return len(self.tickets)


def together(attacks: Sequence[Attack]) -> list[list[Attack]]:
    """Put rows that wait and are stopped by the same together, so that they wait at once."""
    groups: list[list[Attack]] = []
    for attack in attacks:
        same = [g for g in groups if WAIT in g[0].steps and g[0].stopped_by == attack.stopped_by]
        if WAIT in attack.steps and same:
            same[0].append(attack)
        else:
            groups.append([attack])
    return groups


def wrongs(stage: Stage, group: Sequence[Attack]) -> Iterator[str]:
    """Yield what is wrong with rows: they are not stopped, or by something else than they say."""
    objects = group[0].stopped_by

    def come(without: Sequence[Mapping[str, str]]) -> list[tuple[Attack, Outcome]]:
        with ExitStack() as stack:
            for one in without:
                stack.enter_context(removed(stage.admin, one))
            begun = [Attempt(stage, attack).begin() for attack in group]
            return [(attempt.attack, attempt.finish()) for attempt in begun]

    for attack, outcome in come([]):
        if not _stopped(outcome, attack.stopped):
            yield f"{attack.name}: was not stopped as it should be, but: {outcome}"
    for alone in objects if len(objects) > 1 else ():
        for attack, outcome in come([one for one in objects if one is not alone]):
            if outcome == attack.wins:
                yield f"{attack.name}: {alone['object']} does not stop it alone"
    for attack, outcome in come(objects):
        if outcome != attack.wins:
            yield f"{attack.name}: without what stops it: {outcome}"


def _stopped(outcome: Outcome, expected: str) -> bool:
    if expected == "no rows":
        return outcome == []
    state, _, said = expected.partition(" ")
    return isinstance(outcome, str) and outcome.startswith(state) and said in outcome
