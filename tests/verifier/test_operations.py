"""Keys in use, end to end: applied, tokens of another library let in, retired, revoked, rotated."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from jwtroles import operations
from jwtroles.applier import apply
from jwtroles.errors import ApplyError, Exit
from jwtroles.leaving import make_release, make_uninstall
from jwtroles.offline import plan_against, take_snapshot
from jwtroles.reader.connection import connect
from jwtroles.reader.saved import load_snapshot
from jwtroles.report.contract import render_json
from jwtroles.report.markdown import render_markdown
from jwtroles.report.sql import render_sql
from jwtroles.report.text import render_plan
from jwtroles.workflow import make_plan, read_database
from tests.servers import Sandbox
from tests.workbench import loaded_from

ISSUER, PLATFORM = "https://id.example/", "https://platform.example/"
SECRET = "open-sesame-" * 4
SPEC = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: gate}
environments: {dev: {}}
tokens:
  verify: database
  issuers:
    https://id.example/: {audience: [db], keys: "keys/{environment}.json", max_lifetime: 1h,
      clock_skew: 1s}
    https://platform.example/: {audience: [db], algorithms: [HS256], secrets: {s: "${SECRET}"}}
  claims: {sub: {type: text, required: true}, role: {type: text}}
mapping: [{claim: role, equals: member, role: member}]
roles: {member: {tables: {app.notes: {select: {rows: owner = claims.sub}}}}}
"""
SCHEMA = """
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    CREATE ROLE app_owner;
    CREATE SCHEMA app AUTHORIZATION app_owner;
    SET ROLE app_owner;
    CREATE TABLE app.notes (id int PRIMARY KEY, owner text);
    INSERT INTO app.notes VALUES (1, 'ann'), (2, 'bob');
"""
KEYS: dict[str, RSAKey | ECKey | OKPKey | OctKey] = {
    "RS256": RSAKey.generate_key(2048),
    "RS384": RSAKey.generate_key(2056),
    "RS512": RSAKey.generate_key(3072),
    "ES256": ECKey.generate_key("P-256"),
    "EdDSA": OKPKey.generate_key("Ed25519"),
    "HS256": OctKey.import_key(SECRET),
}
KEYS["Ed25519"] = KEYS["EdDSA"]  # as an issuer has it that changes the name


def jwks(*algorithms: str) -> str:
    keys = [{**KEYS[a].as_dict(private=False), "kid": a, "alg": a} for a in algorithms]
    return json.dumps({"keys": keys})


PUBLIC = ("RS256", "RS384", "RS512", "ES256", "EdDSA", "Ed25519")
DENIED = psycopg.errors.InvalidAuthorizationSpecification


def token(alg: str, **claims: Any) -> str:
    kid = "s" if alg == "HS256" else alg
    now = int(time.time())
    issuer = PLATFORM if alg == "HS256" else ISSUER
    whole = {"iss": issuer, "aud": "db", "sub": "ann", "role": "member", "iat": now, **claims}
    whole.setdefault("exp", whole["iat"] + 3600)
    return jwt.encode({"alg": alg, "kid": kid}, whole, KEYS[alg], algorithms=[alg])


@dataclass
class Place:
    """A folder with a specification, and a database that it is applied to."""

    sandbox: Sandbox
    folder: Path
    url: str

    def keys(self, *algorithms: str) -> None:
        (self.folder / "keys" / "dev.json").write_text(jwks(*algorithms))

    def spec(self) -> Any:
        spec = loaded_from(self.folder / "jwtroles.yaml")
        return spec, spec.environments["dev"]  # type: ignore[index]

    def plan(self, url: str | None = None) -> Any:
        with connect(url or self.url) as connection:
            return make_plan(connection, *self.spec()).plan

    def apply(self, url: str | None = None) -> Any:
        with connect(url or self.url) as connection:
            planned = make_plan(connection, *self.spec())
            apply(connection, planned.plan, planned.scope, allow=("destroys", "cuts_off"))
            return planned.plan

    def operate(self, what: Any, *values: Any) -> None:
        spec, environment = self.spec()
        with connect(self.url) as connection:
            reading = read_database(connection, spec, environment)
            what(connection, spec, reading, *(value(reading) for value in values))

    def retire(self, kid: str) -> None:
        self.operate(operations.retire, lambda reading: operations.key_called(reading, kid, None))

    def revoke(self, what: str, before: datetime | None = None, issuer: str = ISSUER) -> None:
        one = operations.issuer_called(self.spec()[0], issuer)
        self.operate(operations.revoke, lambda _: operations.Revocation(one, what, before))

    def gate(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.sandbox.url_for("gate"), autocommit=True)

    def lets_in(self, sent: str) -> list[int]:
        """Return the rows that a token reads; raises when it is refused."""
        with self.gate() as connection, connection.transaction():
            connection.execute("SELECT jwtroles.login(%s)", [sent])
            return [row[0] for row in connection.execute("SELECT id FROM app.notes")]


@pytest.fixture
def place(sandbox: Sandbox, applier: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("SECRET", SECRET)
    (tmp_path / "keys").mkdir()
    (tmp_path / "jwtroles.yaml").write_text(SPEC)
    sandbox.run_sql(SCHEMA)
    return Place(sandbox, tmp_path, sandbox.applier_url(applier))


class Held:
    """A session that is logged in, in a transaction that stays open."""

    def __init__(self, place: Place, sent: str) -> None:
        self.connection = place.gate()
        self.connection.execute("BEGIN")
        self.connection.execute("SELECT jwtroles.login(%s)", [sent])

    def reads(self) -> list[int]:
        return [row[0] for row in self.connection.execute("SELECT id FROM app.notes")]

    def refused(self) -> str:
        with pytest.raises(DENIED) as caught:
            self.reads()
        self.connection.close()
        return str(caught.value.diag.message_primary)


def test_the_life_of_keys(place: Place, applier: str, record_case: Any) -> None:
    place.keys(*PUBLIC)
    place.apply()
    assert place.plan().empty
    for alg in KEYS:
        assert place.lets_in(token(alg)) == [1]
        head, _, signature = token(alg).split(".")
        _, payload, _ = token(alg, sub="bob").split(".")
        with pytest.raises(DENIED, match="the signature of the token is not valid"):
            place.lets_in(f"{head}.{payload}.{signature}")

    # Retired: the tokens of this key, in a transaction that is open, at its next statement.
    held, other = Held(place, token("RS256")), Held(place, token("ES256"))
    assert (held.reads(), other.reads()) == ([1], [1])
    place.retire("RS256")
    assert held.refused() == "the key of the token is retired"
    assert other.reads() == [1]
    other.connection.close()
    with pytest.raises(DENIED, match="fits no live key"):
        place.lets_in(token("RS256"))

    # Nothing to do, and said; applied, and still retired.
    plan = place.plan()
    assert plan.empty
    (remark,) = [one for one in plan.remarks if one.code.id == "JR528"]
    assert "key `RS256` of https://id.example/ is retired since" in remark.message
    place.keys("RS256", "RS384")
    place.apply()
    with pytest.raises(DENIED, match="fits no live key"):
        place.lets_in(token("RS256"))
    # Whatever else of its row changes.
    document = json.loads(jwks("RS256", "RS384"))
    document["keys"][0]["exp"] = int(time.time()) + 10_000
    (place.folder / "keys" / "dev.json").write_text(json.dumps(document))
    assert [s.effect.value for s in place.apply().steps] == ["tightens"]
    with pytest.raises(DENIED, match="fits no live key"):
        place.lets_in(token("RS256"))

    # A key that leaves the file ends what it signed, open sessions too, with all that it had.
    with pytest.raises(DENIED, match="fits no live key"):
        place.lets_in(token("ES256"))
    held = Held(place, token("RS384"))
    assert held.reads() == [1]
    place.keys("EdDSA")
    plan = place.apply()
    assert held.refused() == "the key of the token is retired"
    assert place.lets_in(token("EdDSA")) == [1]
    points = place.sandbox.rows("SELECT DISTINCT point < 0 FROM jwtroles.curve_multiple ORDER BY 1")
    assert points == [(False,), (True,)]
    rows = place.sandbox.rows("SELECT alg FROM jwtroles.signing_key ORDER BY alg")
    assert rows == [("EdDSA",), ("HS256",)]
    record_case(place.sandbox.major, applier)


def test_no_login_outlives_its_key(place: Place, applier: str, record_case: Any) -> None:
    """A key that says when it ends ends logins then; one that is to end earlier ends them now."""

    def until(instant: int) -> None:
        document = json.loads(jwks("RS256"))
        document["keys"][0]["exp"] = instant
        (place.folder / "keys" / "dev.json").write_text(json.dumps(document))
        place.apply()

    end = int(time.time()) + 600
    until(end)
    held = Held(place, token("RS256"))
    assert held.reads() == [1]
    (ticket,) = held.connection.execute("SELECT current_setting('jwtroles.ticket')").fetchall()
    (expires,) = held.connection.execute(
        "SELECT extract(epoch FROM split_part(%s, E'\\x1f', 3)::timestamptz)", ticket
    ).fetchall()
    assert expires == (end,), "its token is good for an hour"
    until(int(time.time()) - 10)
    assert held.refused() == "the key of the token is retired"
    with pytest.raises(DENIED, match="fits no live key"):
        place.lets_in(token("RS256"))
    record_case(place.sandbox.major, applier)


def test_revocations(place: Place, applier: str, record_case: Any) -> None:
    place.keys("RS256", "EdDSA")
    place.apply()
    now = int(time.time())
    old, new = token("EdDSA", iat=now - 100, jti="a"), token("EdDSA", iat=now - 10, jti="b")
    sessions = {name: Held(place, sent) for name, sent in (("old", old), ("new", new))}
    assert [held.reads() for held in sessions.values()] == [[1], [1]]

    place.revoke("sub:ann", datetime.fromtimestamp(now - 50, UTC))
    assert sessions["old"].refused() == "the token is revoked"
    assert sessions["new"].reads() == [1]
    with pytest.raises(DENIED, match="revoked"):
        place.lets_in(old)
    assert place.lets_in(token("EdDSA", iat=now - 100, sub="bob")) == [2]
    assert place.lets_in(token("HS256", iat=now - 100)) == [1], "the same subject elsewhere"
    # An earlier instant takes nothing back.
    place.revoke("sub:ann", datetime.fromtimestamp(now - 5000, UTC))
    with pytest.raises(DENIED, match="revoked"):
        place.lets_in(old)

    place.revoke("jti:b")
    assert sessions["new"].refused() == "the token is revoked"
    with pytest.raises(DENIED, match="revoked"):
        place.lets_in(new)
    assert place.lets_in(token("EdDSA", jti="c")) == [1]

    held = Held(place, token("RS256"))
    assert held.reads() == [1]
    ahead = token("RS256", iat=int(time.time()) + 1)  # by a clock that is ahead of ours
    assert place.lets_in(ahead) == [1]
    place.revoke("")
    assert held.refused() == "the token is revoked"
    assert place.lets_in(token("HS256")) == [1]
    with pytest.raises(DENIED, match="revoked"):
        place.lets_in(ahead)
    time.sleep(2.5)
    assert place.lets_in(token("RS256")) == [1], "issued after the revocation"

    # What no token can need any more goes with the next one.
    with psycopg.connect(place.sandbox.url) as connection:
        connection.execute("UPDATE jwtroles.revocation SET until = now() - interval '1 s'")
    place.revoke("jti:z")
    assert place.sandbox.rows("SELECT what FROM jwtroles.revocation") == [("jti:z",)]
    assert place.plan().empty, "revocations are no matter of the file"
    record_case(place.sandbox.major, applier)


def test_the_secret_of_tickets(place: Place, applier: str, record_case: Any) -> None:
    place.keys("RS256")
    place.apply()
    assert place.sandbox.rows(
        "SELECT octet_length(inner_pad), octet_length(outer_pad), inner_pad <> outer_pad,"
        " substr(inner_pad, 33) = decode(repeat('36', 32), 'hex'),"
        " substr(outer_pad, 33) = decode(repeat('5c', 32), 'hex'),"
        " get_byte(inner_pad, 7) # get_byte(outer_pad, 7) FROM jwtroles.ticket_secret"
    ) == [(64, 64, True, True, True, 0x36 ^ 0x5C)]
    pads = "SELECT inner_pad FROM jwtroles.ticket_secret"
    before = place.sandbox.rows(pads)
    held = Held(place, token("RS256"))
    assert held.reads() == [1]
    place.operate(operations.rotate_ticket_secret)
    assert held.refused() == "the login is not one that was made on this connection"
    assert place.lets_in(token("RS256")) == [1]
    assert place.sandbox.rows(pads) != before
    assert place.plan().empty

    # A copy of the database would accept the tickets of the original.
    with psycopg.connect(place.sandbox.url_for(database="postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE copy TEMPLATE sandbox")
        connection.execute(
            "ALTER DATABASE copy OWNER TO "
            + place.url.partition("//")[2][:0]
            + ("deployer" if applier == "createrole" else "postgres")
        )
    url = place.sandbox.url_for(
        "deployer" if applier == "createrole" else "postgres", database="copy"
    )
    with (
        psycopg.connect(place.sandbox.url_for("gate", database="copy")) as connection,
        pytest.raises(DENIED, match="of the database that this is a copy of"),
    ):
        connection.execute("SELECT jwtroles.login(%s)", [token("RS256")])
    plan = place.apply(url)
    kinds = [(s.change.kind, s.verb) for s in plan.steps if s.change.kind == "ticket_secret"]
    assert sorted(kinds) == [("ticket_secret", "add"), ("ticket_secret", "remove")]
    assert [one.code.id for one in plan.remarks if one.code.id == "JR532"] == ["JR532"]
    assert place.plan(url).empty
    with psycopg.connect(place.sandbox.url_for("gate", database="copy")) as connection:
        connection.execute("SELECT jwtroles.login(%s)", [token("RS256")])
    record_case(place.sandbox.major, applier)


def test_no_secret_leaves(
    place: Place, applier: str, record_case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a plan of any form, a snapshot, the server's log, nor for the role that applies."""
    place.keys("RS256", "EdDSA")
    spec, _ = place.spec()
    plan = place.plan()
    pads = [one.secret.reveal() for one in plan.desired["key_pad"].values()]
    inner = pads[0][0][1]
    with psycopg.connect(place.sandbox.url, autocommit=True) as connection:
        for setting in ("log_statement = 'all'", "log_min_duration_statement = 0"):
            connection.execute(f"ALTER DATABASE sandbox SET {setting}")
        connection.execute("ALTER DATABASE sandbox SET log_error_verbosity = 'verbose'")
    log = place.sandbox.server.data / "server.log"
    start = log.stat().st_size
    place.apply()
    logged = log.read_bytes()[start:].decode(errors="replace")
    assert "COPY jwtroles.key_pad" in logged, "the log tells what runs"
    with connect(place.url) as connection:
        snapshot = take_snapshot(connection, *place.spec()).text()
        held = connection.execute("SELECT * FROM jwtroles.secrets_held()").fetchall()
    texts = {
        "log": logged,
        "text": render_plan(plan, spec, color=False, width=100, verbose=True),
        "sql": render_sql(plan, spec),
        "json": render_json(plan, (), Exit.DONE),
        "markdown": render_markdown(plan, spec),
        "repr": repr(plan),
        "snapshot": snapshot,
        "held": repr(held),
    }
    assert "COPY jwtroles.key_pad" in texts["sql"]
    wrong = {
        name: form
        for name, text in texts.items()
        for form in (SECRET, inner.hex(), repr(inner), inner.hex()[:32], "sesame")
        if form in text
    }
    assert wrong == {}
    if applier == "createrole":
        for table in ("key_pad", "ticket_secret"):
            with (
                connect(place.url) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(f"SELECT * FROM jwtroles.{table}".encode())
    # Without the variable a plan against the snapshot leaves the secret as it is, and says so.
    monkeypatch.delenv("SECRET")
    path = place.folder / "catalog.json"
    path.write_text(snapshot)
    against = plan_against(load_snapshot(path), *place.spec())
    assert against.empty
    assert "JR531" in [one.code.id for one in against.remarks]
    record_case(place.sandbox.major, applier)


def test_what_is_not_there(place: Place, applier: str, record_case: Any) -> None:
    place.keys("RS256")
    spec, environment = place.spec()
    with connect(place.url) as connection:
        reading = read_database(connection, spec, environment)
    with pytest.raises(ApplyError) as caught:
        operations.check_verifies(spec, reading)
    assert [one.code.id for one in caught.value.problems] == ["JR632"]
    place.apply()
    with pytest.raises(ApplyError) as caught:
        place.retire("RS257")
    (problem,) = caught.value.problems
    assert (problem.code.id, problem.label) == ("JR630", "did you mean `RS256`?")
    with pytest.raises(ApplyError) as caught:
        operations.issuer_called(spec, None)
    assert caught.value.problems[0].code.id == "JR631"
    # Whoever may not act as the owner of the keys changes nothing.
    with psycopg.connect(place.sandbox.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
        connection.execute("GRANT USAGE ON SCHEMA jwtroles TO stranger")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA jwtroles TO stranger")
        connection.execute("GRANT EXECUTE ON FUNCTION jwtroles.secrets_held() TO stranger")
    with connect(place.sandbox.url_for("stranger")) as connection:
        reading = read_database(connection, spec, environment)
        key = operations.key_called(reading, "RS256", None)
        with pytest.raises(ApplyError) as caught:
            operations.retire(connection, spec, reading, key)
    assert caught.value.problems[0].code.id == "JR633"
    assert "may act as" in caught.value.problems[0].remedy
    # A session that was ended says so, and not that a right is missing.
    with connect(place.sandbox.url) as connection:
        reading = read_database(connection, spec, environment)
        key = operations.key_called(reading, "RS256", None)
        place.sandbox.rows(f"SELECT pg_terminate_backend({connection.info.backend_pid}, 5000)")
        with pytest.raises(ApplyError) as caught:
            operations.retire(connection, spec, reading, key)
    (problem,) = caught.value.problems
    assert problem.code.id == "JR617"
    assert problem.message.startswith("the connection was lost")
    assert "57P01" in problem.message
    assert place.lets_in(token("RS256")) == [1]
    record_case(place.sandbox.major, applier)


def test_leaving(place: Place, applier: str, record_case: Any) -> None:
    """To another mode and back, released, uninstalled: nothing in the way, and nothing left."""
    place.keys("RS256")
    text = (place.folder / "jwtroles.yaml").read_text()
    stored = "SELECT relname FROM pg_class WHERE relnamespace = 'jwtroles'::regnamespace"
    place.apply()
    (place.folder / "jwtroles.yaml").write_text(text.replace("verify: database", "verify: gateway"))
    place.apply()
    assert place.plan().empty
    left = {name for (name,) in place.sandbox.rows(f"{stored} AND relkind = 'r'")}
    assert left == {"claim_role", "role_setting"}
    (place.folder / "jwtroles.yaml").write_text(text)
    place.apply()
    assert place.plan().empty
    assert place.lets_in(token("RS256")) == place.lets_in(token("HS256")) == [1]
    for make in (make_release, make_uninstall):
        with connect(place.url) as connection:
            planned = make(connection, *place.spec())
            kinds = {step.change.kind for step in planned.plan.steps}
            assert make is make_uninstall or kinds & {"key_pad", "signing_key"} == set()
            if make is make_uninstall:
                apply(connection, planned.plan, planned.scope, allow=("destroys", "cuts_off"))
    assert place.sandbox.rows("SELECT 1 FROM pg_namespace WHERE nspname = 'jwtroles'") == []
    record_case(place.sandbox.major, applier)


def test_drift(place: Place, applier: str, record_case: Any) -> None:
    """Whoever writes to the tables by hand shows in the next plan, and is undone by it.

    More of it stands in the golden cases of each kind.
    """
    place.keys("RS256", "ES256")
    place.apply()
    other = KEYS["RS512"].as_dict(private=False)
    drifts = {
        "UPDATE jwtroles.signing_key SET not_before = '-infinity', not_after = '2001-01-01'"
        " WHERE alg = 'RS256'": "signing_key",
        f"UPDATE jwtroles.signing_key SET public = '\\x{other['n'].encode().hex()}'"
        " WHERE alg = 'RS256'": "signing_key",
        "INSERT INTO jwtroles.signing_key SELECT 5, issuer, 'mine', alg, public, not_before,"
        " not_after, retired_at, modulus, exponent, octets, inverse, places, encoded, width"
        " FROM jwtroles.signing_key WHERE alg = 'RS256'": "signing_key",
        "DELETE FROM jwtroles.key_pad": "key_pad",
        "DELETE FROM jwtroles.curve_multiple WHERE point > 0 AND digit = 7": "curve_multiple",
        "UPDATE jwtroles.curve_multiple SET digit = 1000 WHERE point > 0 AND digit = 7"
        " AND place = 0": "curve_multiple",
        "UPDATE jwtroles.issuer SET optional = '{exp}' WHERE max_lifetime = 0": "issuer",
        "DELETE FROM jwtroles.issuer WHERE max_lifetime = 0": "issuer",
    }
    for drift, kind in drifts.items():
        place.sandbox.run_sql(f"SET search_path = pg_catalog; {drift}")
        plan = place.apply()
        assert kind in {step.change.kind for step in plan.steps}, drift
        assert place.plan().empty, drift
        for alg in ("RS256", "ES256", "HS256"):
            assert place.lets_in(token(alg)) == [1], drift
    record_case(place.sandbox.major, applier)
