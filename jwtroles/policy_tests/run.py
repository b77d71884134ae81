"""Runs all tests of a specification: rows given, claims in, role out, then the expectations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Collector, Refused
from jwtroles.frozen import frozen
from jwtroles.policy_tests import given
from jwtroles.policy_tests.bench import Bench, Failed
from jwtroles.policy_tests.entrance import Entrance, entrance
from jwtroles.policy_tests.judge import Request, not_run
from jwtroles.policy_tests.results import Judged, Results, TestResult
from jwtroles.spec.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import psycopg

    from jwtroles.spec.model import ConnectAs, Environment, Spec, Test

REFUSED = "28000"


def run(
    connection: psycopg.Connection[Any], spec: Spec, *, environment: Environment | None = None
) -> Results:
    """Run the tests of `spec` in its mode of `verify:`; everything is rolled back.

    Args:
        connection: in no transaction, of a superuser or of a role that may act as the tables'
            owners and the logins of `connect_as`, or may grant them to itself.
        spec: the specification that the database was brought to.
        environment: where it is, for its names of roles.

    Raises:
        Refused: a table under `given` holds rows, or the connected role cannot act as it must.
        CompileError: the rows of a test do not fit the tables.
    """
    spec = resolve(spec, environment)
    renamed = environment.names if environment else {}
    names = {str(name): str(other) for name, other in renamed.items()}
    bench = Bench(connection)
    bench.find_out()
    tables = given.find(bench, spec.tests)
    logins = [names.get(login.name, str(login.name)) for login in spec.database.connect_as]
    door = entrance(spec)
    others = [*(table.owner for table in tables.values()), *door.actors]
    _may_act(bench, spec, logins, others, door.function)
    given.refuse_rows(bench, spec.tests, tables)
    runner = _Runner(bench, spec, tables, lambda role: names.get(role, role), door)
    return Results(str(spec.tokens.verify), tuple(runner.run(test) for test in spec.tests))


def _may_act(
    bench: Bench, spec: Spec, logins: list[str], owners: Iterable[str], function: str
) -> None:
    """Find out which roles must be granted for the time of a test; refuse where that fails."""
    import psycopg  # noqa: PLC0415 - loads slowly

    problems = Collector()
    place = spec.tokens.verify.place
    wanted = tuple(dict.fromkeys([*owners, *logins]))
    with bench.undone():
        found = {
            row["name"]: row for row in bench.query("logins", roles=list(wanted), function=function)
        }
    if not logins:
        message = "the file has no `connect_as`: nobody could log in"
        remedy = "name the login of your service:  database: {connect_as: NAME}"
        problems.add(codes.TEST_CANNOT_ACT, message, place, remedy=remedy)
    elif any(name not in found for name in logins) or not all(
        row["applied"] for row in found.values()
    ):
        problems.add(
            codes.TEST_NOT_APPLIED,
            f"the database has no login of `connect_as` with jwtroles.{function}() yet",
            place,
            remedy="apply the file first:  jwtroles apply",
        )
    problems.raise_if_any(Refused, "No test was run.")
    bench.borrow(tuple(name for name in wanted if not found[name]["settable"]))
    try:
        with bench.transaction():
            for name in wanted:
                with bench.undone():
                    bench.become(name)
    except psycopg.Error as error:
        problems.add(
            codes.TEST_CANNOT_ACT,
            f"the connected role cannot act as the roles that the tests need: "
            f"{error.diag.message_primary or error}",
            place,
            details=[f"needed: {', '.join(wanted)}"],
            remedy="connect as a superuser, or grant these roles to the connected one",
        )
    problems.raise_if_any(Refused, "No test was run.")


@frozen
class _Runner:
    bench: Bench
    spec: Spec
    tables: given.GivenTables
    role_name: Callable[[str], str]
    door: Entrance

    def run(self, test: Test) -> TestResult:
        """Run one test in a transaction of its own."""
        mode = self.spec.tokens.verify
        here = [one for one in test.expect if one.verify is None or one.verify == mode]
        with self.bench.transaction():
            self.door.prepare(self.bench)
            given.put_in(self.bench, test, self.tables)
            becomes = self._becomes(test)
            if becomes.holds:
                request = Request(self.bench, lambda: self._enter(test, self._logins(test)[0]))
                judged = tuple(request.judge(one) for one in here)
            else:
                why = f"the token did not become what it must ({becomes.came})"
                judged = tuple(not_run(one, why) for one in here)
        return TestResult(test.name, becomes, judged, len(test.expect) - len(here), test.place)

    def _logins(self, test: Test) -> list[str]:
        """Return the logins that the token is tried with: all of them where it must be refused."""
        logins = self.spec.database.connect_as

        def may_become(login: ConnectAs) -> bool:
            return login.roles is None or test.becomes in login.roles

        fitting = [login for login in logins if test.becomes is None or may_become(login)]
        names = [self.role_name(login.name) for login in fitting or logins]
        return names if test.becomes is None else names[:1]

    def _set(self, test: Test, login: str) -> list[str | None]:
        """Return the roles that the gateway is tried with where it sets the role itself.

        A token that must be refused is tried with every role that the login may become.
        """
        if self.spec.tokens.role_set_by is None:
            return [None]
        if test.becomes is not None:
            return [self.role_name(test.becomes)]
        listed = {self.role_name(one.name): one.roles for one in self.spec.database.connect_as}
        roles = listed[login]
        return [
            self.role_name(role) for role in (self.spec.token_roles if roles is None else roles)
        ]

    def _enter(self, test: Test, login: str) -> None:
        """Take the token's role; a token that must be refused leaves the bare login."""
        if test.becomes is None:
            self.door.arrive(self.bench, test, login, None)
            return
        self.door.arrive(self.bench, test, login, self._set(test, login)[0])
        outcome = self.door.attempt(self.bench, test)
        assert not isinstance(outcome, Failed), "the same token did become the role before"  # noqa: S101

    def _becomes(self, test: Test) -> Judged:
        wanted = self.role_name(test.becomes) if test.becomes is not None else None
        place = test.becomes.place if test.becomes is not None else test.place
        expected = wanted or "no role"
        tried = [(login, role) for login in self._logins(test) for role in self._set(test, login)]
        for login, role_set in tried:
            with self.bench.undone():
                self.door.arrive(self.bench, test, login, role_set)
                outcome = self.door.attempt(self.bench, test)
                role = None if isinstance(outcome, Failed) else self.bench.setting("role")
            refused = isinstance(outcome, Failed) and outcome.sqlstate == REFUSED
            came = f"refused: {outcome}" if isinstance(outcome, Failed) else str(role)
            if refused if wanted is None else role == wanted:
                continue
            verdict = "another role" if role is not None else "refused"
            if isinstance(outcome, Failed) and not refused:
                verdict = "failed, not refused"
            details = (f"expected  {expected}", f"came      {came}")
            return Judged(f"becomes: {expected}", expected, came, verdict, details, place)
        return Judged(f"becomes: {expected}", expected, came, place=place)
