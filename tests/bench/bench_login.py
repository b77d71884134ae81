"""What it takes to verify a token, beside formulations in SQL as they are found elsewhere.

`verify_jws` of jwtroles reads strictly, looks the key up and verifies; the formulations get the key
as an argument, and read with casts to json. `formulations.sql` has them. `login` is verification,
claims, mapping, ticket and settings together, for information.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from jwtroles.verifier.curves import edwards25519_x
from tests.bench import stage
from tests.bench.rounds import Calls, Statement, compare, in_turn, on_one_processor, report
from tests.bench.stage import LOGIN, Stage
from tests.pages import ROOT
from tests.verifier.keys import octets

if TYPE_CHECKING:
    from tests.servers import Clusters

FORMULATIONS = ROOT / "tests" / "bench" / "formulations.sql"


@dataclass(frozen=True)
class Case:
    """An algorithm, what it is compared with, and how often a round verifies."""

    algorithm: str
    beside: str
    limit: float
    times: int
    theirs_times: int
    rounds: int


CASES = (
    Case("HS256", "pgcrypto's hmac()", 0.8, 200, 200, 60),
    Case("RS256", "powers by mod()", 0.2, 20, 5, 40),
    Case("ES256", "double-and-add", 0.15, 10, 1, 20),
    Case("EdDSA", "double-and-add", 0.15, 10, 1, 20),
)


def formulation(algorithm: str) -> str:
    """Return the call of a formulation, of a variable or column `token`."""
    public = stage.key(algorithm).as_dict(private=algorithm == "HS256")
    named = {name: octets(value) for name, value in public.items() if name in "nexyk"}
    if algorithm == "HS256":
        return f"bench.verify_hs(token, '{named['k'].decode()}')"
    if algorithm == "RS256":
        n, e = (int.from_bytes(named[name]) for name in "ne")
        return f"bench.verify_rs256(token, {n}, {e})"
    if algorithm == "ES256":
        x, y = (int.from_bytes(named[name]) for name in "xy")
        return f"bench.verify_es256(token, {x}, {y})"
    encoded = int.from_bytes(named["x"], "little")
    y = encoded % 2**255
    opposite = edwards25519_x(y, 1 - (encoded >> 255))
    return f"bench.verify_eddsa(token, '\\x{named['x'].hex()}', {opposite}, {y})"


def spoiled(token: str) -> str:
    """Return a token with another signature."""
    start, _, signature = token.rpartition(".")
    return f"{start}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


@pytest.fixture(params=(15, 18))
def stand(
    request: pytest.FixtureRequest, cluster: Clusters, monkeypatch: pytest.MonkeyPatch
) -> Any:
    with cluster(request.param).fresh() as sandbox:
        built = Stage.build(sandbox, monkeypatch, tenants=1, events=0)
        sandbox.run_sql("CREATE EXTENSION pgcrypto")
        sandbox.run_sql(FORMULATIONS.read_text("utf-8"))
        yield built


def test_verification(stand: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    session = stand.sandbox.connect()
    session.execute("SET search_path = pg_catalog, pg_temp")
    # A plan for the token at hand would have the answer in it: the formulations are IMMUTABLE.
    session.execute("SET plan_cache_mode = force_generic_plan")
    limited = stand.sandbox.major == 15  # where numbers are divided as they were before 16
    lines = []
    with on_one_processor(session):
        for case in CASES:
            theirs = formulation(case.algorithm)
            good = stage.token("reader", case.algorithm)
            assert judged(session, theirs, good) == (True, True)
            assert judged(session, theirs, spoiled(good)) == (False, False)
            call = "made FROM jwtroles.verify_jws(token) AS made"
            ours = Calls(session, call, good, case.times)
            call = f"made FROM {theirs} AS made"
            beside = Calls(session, call, good, case.theirs_times)
            name = f"{case.algorithm} / {case.beside}"
            lines.append(
                in_turn(
                    name, ours.round, beside.round, case.limit if limited else None, case.rounds
                )
            )
    report(f"PostgreSQL {stand.sandbox.major}", "jwtroles", "beside", lines, capsys)


def judged(session: psycopg.Connection, theirs: str, token: str) -> tuple[bool, bool]:
    """Tell whether jwtroles accepts a token, and whether the formulation does."""
    try:
        session.execute("SELECT jwtroles.verify_jws(%s)", [token])
    except psycopg.errors.InvalidAuthorizationSpecification:
        accepted = False
    else:
        accepted = True
    query = f"SELECT v.valid FROM (SELECT %s::text) AS given (token), {theirs} AS v"
    row = session.execute(query.encode(), [token]).fetchone()
    assert row is not None
    return accepted, row[0]


def test_login(stand: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    session = stand.sandbox.connect(LOGIN)
    lines = []
    with on_one_processor(session):
        for case in CASES:
            token = stage.token("reader", case.algorithm)
            login = Statement(session, "SELECT jwtroles.login($1)", [[token]] * 20)
            nothing = Statement(session, "SELECT $1::text", [["x"]] * 20)
            lines.append(compare(f"login, {case.algorithm}", login, nothing, rounds=20))
    report(f"PostgreSQL {stand.sandbox.major}", "login", "no login", lines, capsys)
