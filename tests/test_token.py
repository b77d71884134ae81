"""`jwtroles token`: what is made is what the database accepts, and what is told is what it does."""

from __future__ import annotations

import io
import itertools
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from jwtroles.cli import run
from jwtroles.spec.load import load_text
from jwtroles.tokens.claims import Wanted, claims_of
from jwtroles.tokens.inspection import inspect
from jwtroles.tokens.mapping import role_of, tried
from jwtroles.verifier.key_sources import read_keys
from tests.issuer import Client, Issuer
from tests.verifier.install import install

if TYPE_CHECKING:
    from tests.servers import Sandbox

ANN = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
ONE = "11111111-1111-1111-1111-111111111111"
OURS = ["--claim", f"sub={ANN}", "--claim", f"tenant_id={ONE}"]
ROLES = ("auditor", "billing_admin", "invoice_reader", "member")


class Terminal:
    """The command line in a folder, with what it prints."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        """Return the exit code and both outputs."""
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = run(["token", *arguments])
        out, err = self._capsys.readouterr()
        return code, out, err

    def mint(self, *arguments: str, key: str = "EdDSA") -> str:
        """Return a token that is made, and nothing else."""
        code, out, err = self.run("mint", "--env", "dev", "--key", f"{key}.json", *arguments)
        assert (code, err) == (0, "")
        return out.strip()

    def refused(self, *arguments: str) -> str:
        """Return what is said where no token is made."""
        code, out, err = self.run("mint", "--env", "dev", "--key", "EdDSA.json", *arguments)
        assert (code, out) == (1, "")
        return " ".join(err.split())  # however wide the terminal is


@pytest.fixture
def issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """Give the example saas with keys of its own, in the current folder."""
    made = Issuer.of("saas", tmp_path)
    monkeypatch.chdir(tmp_path)
    for alg, jwk in made.private.items():
        Path(f"{alg}.json").write_text(json.dumps(jwk), encoding="utf-8")
    return made


@pytest.fixture
def terminal(
    issuer: Issuer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    return Terminal(monkeypatch, capsys)


def test_what_is_made_is_accepted_and_told_as_the_database_says(
    sandbox: Sandbox, issuer: Issuer, terminal: Terminal
) -> None:
    sandbox.load(Path("schema.sql"))
    issuer.apply(sandbox.url)
    client = Client(sandbox, "acme_authenticator")
    for role, alg in zip(ROLES, itertools.cycle(issuer.private), strict=False):
        token = terminal.mint("--role", role, *OURS, key=alg)
        assert client.begin(token) == role
        code, out, err = terminal.run(
            "inspect", "--env", "dev", "--ask", "--database", sandbox.url, stdin=token
        )
        assert (code, err) == (0, "")
        assert f"✓ acme_authenticator becomes {role}" in out
        assert f"What {role} may do" in out
    stranger = Issuer.of("saas", Path("stranger").resolve(), stranger=True)
    forged = stranger.token("EdDSA", sub=ANN)
    code, out, _ = terminal.run(
        "inspect", "--env", "dev", "--ask", "--database", sandbox.url, stdin=forged
    )
    assert code == 3
    assert "✗ acme_authenticator is refused: 28000" in out
    assert sandbox.rows("SELECT count(*) FROM jwtroles.signing_key") == [(3,)]


def test_both_judge_a_token_alike(sandbox: Sandbox, issuer: Issuer) -> None:
    """What `inspect` says of a token, from the file alone, is what the database does with it."""
    sandbox.load(Path("schema.sql"))
    issuer.apply(sandbox.url)
    client = Client(sandbox, "acme_authenticator")
    spec, now = issuer.spec, int(time.time())
    keys = read_keys(spec, issuer.dev).keys
    inner = {"tenant_id": ONE, "roles": ["member"]}
    changes: list[dict[str, Any]] = [
        {},
        *({"exp": now + seconds} for seconds in (-300, -10, 880, 905, 10**12)),
        *({"iat": now + seconds} for seconds in (-800, 10, 300, -(10**12))),
        *({"nbf": now + seconds} for seconds in (-5, 10, 300)),
        *({"exp": value} for value in (None, "x", True, str(now + 60), now + 60.5)),
        *(
            {"aud": value}
            for value in ("other", ["x", "acme-db"], [], "", None, [1], {}, "ACME-DB")
        ),
        *({"iss": value} for value in ("other", None, "https://auth.acme.example")),
        *({"sub": value} for value in (None, "", "x", 1, {}, ANN.upper(), ANN.replace("-", ""))),
        *({"jti": value} for value in ("a", None, 1)),
        *({"scope": value} for value in (None, "", "a b", ["a"], 1, {})),
        *({"user_metadata": value} for value in (None, {"nickname": {}}, "x")),
        *({"app_metadata": {**inner, "roles": value}} for value in ([], None, "member", [[]], {})),
        *({"app_metadata": {**inner, "roles": [value, "member"]}} for value in ("", None, 1, {})),
        *({"app_metadata": value} for value in ({}, None, [], "x", {"roles": ["member"]})),
    ]
    came: list[bool] = []
    for changed in changes:
        claims = {"sub": ANN, "app_metadata": inner, **changed}
        token = issuer.token("EdDSA", **claims)
        role = client.begin(token)
        found = inspect(spec, token, keys, time.time())
        assert (found.role if found.good else None) == (None if "28000" in role else role), (
            changed,
            role,
            found.checks,
        )
        came.append(found.good)
    assert came.count(True) > 15
    assert came.count(False) > 30


MAPPING = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: gate}
tokens:
  verify: gateway
  claims:
    list: {type: "text[]", path: /x}
    words: {type: "text[]", path: /x, split: " "}
    one: {type: text, path: /x}
    inner: {type: text, path: /x/0}
    time: {type: numeric, path: /x}
mapping:
  - {RULE, role: member}
roles: {member: {}}
"""
RULES = (
    "claim: list, contains: a",
    "claim: words, contains: a",
    "claim: words, contains: '1'",
    "claim: list, contains: 'true'",
    "claim: list, contains: '1'",
    "claim: list, contains: '1.0'",
    "claim: one, equals: a",
    "claim: one, equals: '1'",
    "claim: one, equals: '1.0'",
    "claim: one, equals: 'true'",
    "claim: one, present: true",
    "claim: one, present: false",
    "claim: inner, equals: a",
    "claim: inner, present: true",
    "claim: inner, present: false",
    "claim: time, younger_than: 5m",
    "absent: true",
)
VALUES: tuple[Any, ...] = (
    None, "", "a", "b a", "ba", " a ", "1", 1, 1.0, 100, True, False, 0, -1, {}, {"a": 1},
    {"0": "a"}, [], ["a"], [["a"]], [None], [1], [True], ["b", "a"], {"0": None},
    ["1"], ["true"], [1.0], ["b", 1], [[1]], [{"1": 1}], ["1.0", False], [""],
)  # fmt: skip


def test_rules_are_judged_as_the_database_judges_them(sandbox: Sandbox) -> None:
    """Every rule on every value, and on times around the edges."""
    sandbox.run_sql("CREATE ROLE gate; CREATE ROLE member; GRANT member TO gate; CREATE SCHEMA app")
    specs = [load_text(MAPPING.replace("RULE", rule)) for rule in RULES]
    install(sandbox, specs[0])
    now = time.time()
    times = [now - 200, now - 400, now + 20, now + 4000, str(now), int(now)]
    tokens: list[dict[str, Any]] = [{"sub": "s", "x": value} for value in (*VALUES, *times)]
    tokens += [{"sub": "s"}, {"role": "r", "x": None}, {"role": "r", "x": "a"}, {"role": "r"}, {}]
    accepted = 0
    with psycopg.connect(sandbox.url, autocommit=True) as connection:
        for rule, spec in zip(RULES, specs, strict=True):
            (row,) = tried(spec, {}, now)
            connection.execute(
                "UPDATE jwtroles.claim_role SET conditions = %s", [row.row.conditions]
            )
            for claims in tokens:
                asked = connection.execute("SELECT jwtroles.role_for(%s)", [json.dumps(claims)])
                came = asked.fetchone()
                assert came is not None
                assert role_of(tried(spec, claims, now)) == came[0], (rule, claims)
                accepted += came[0] is not None
    assert accepted > 30


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"exp": -60}, "✗ exp        1 min "),
        ({"iat": 90}, "✗ iat        in 1 min "),
        ({"nbf": 90}, "✗ nbf        in 1 min "),
        ({"exp": 901}, "✗ lifetime   901 s, of at most 900 s"),
        ({"exp": "soon"}, "✗ exp        not a number of seconds"),
        ({"aud": "other"}, "✗ audience   not acme-db"),
        ({"iss": "https://other"}, "✗ issuer     not one of the file"),
        ({"sub": None}, "✗ required   without sub"),
        ({"app_metadata": {"tenant_id": ONE}}, "✗ no rule holds: the token becomes nothing"),
    ],
)
def test_a_token_that_is_refused_is_told_why(
    issuer: Issuer, terminal: Terminal, changed: dict[str, Any], said: str
) -> None:
    now = int(time.time())
    changed = {
        name: now + value if isinstance(value, int) else value for name, value in changed.items()
    }
    claims = {"sub": ANN, "app_metadata": {"tenant_id": ONE, "roles": ["member"]}}
    token = issuer.token("EdDSA", **{**claims, **changed})
    code, out, _ = terminal.run("inspect", "--env", "dev", stdin=token)
    assert code == 3
    assert said in out


def test_a_signature_that_is_not_the_keys(issuer: Issuer, terminal: Terminal) -> None:
    for alg in issuer.private:
        token = terminal.mint("--role", "member", *OURS, key=alg)
        body, _, signature = token.rpartition(".")
        other = f"{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
        for given, code, said in ((token, 0, "✓ signature  valid"), (other, 3, "✗ signature")):
            came, out, _ = terminal.run("inspect", "--env", "dev", stdin=given)
            assert came == code
            assert said in out


def test_no_output_has_the_token_or_the_key(issuer: Issuer, terminal: Terminal) -> None:
    token = terminal.mint("--role", "member", *OURS)
    secret = issuer.private["EdDSA"]["d"]
    runs = [
        terminal.run("inspect", "--env", "dev", stdin=token),
        terminal.run("inspect", "--env", "dev", stdin=f"Bearer {token}"),
        terminal.run("inspect", "--env", "dev", stdin=token[:-9] + "!"),
        terminal.run("inspect", "--env", "dev", token),
        terminal.run("inspect", "--env", "dev", token, token),
        terminal.run(token),
        terminal.run("inspect", f"--token={token}"),
        terminal.run("mint", "--env", "dev", "--key", "EdDSA.json", token),
        terminal.run("mint", "--env", "dev", "--key", "keys/dev.jwks.json"),
        terminal.run("mint", "--env", "dev", "--key", "EdDSA.json"),
    ]
    assert [code for code, _, _ in runs] == [0] + [1] * 9
    for _, out, err in runs:
        said = out + err
        assert all(part not in said for part in token.split("."))
        assert secret not in said
    assert "JR640" in runs[3][2]
    assert "JR641" in runs[1][2]
    assert "JR642" in runs[8][2]


def test_what_is_missing_or_does_not_fit_is_said(issuer: Issuer, terminal: Terminal) -> None:
    said = terminal.refused("--role", "member")
    assert "JR643" in said
    assert "--claim sub=… --claim tenant_id=…" in said
    assert "did you mean `member`?" in terminal.refused("--role", "membr", *OURS)
    assert "at most 900 seconds" in terminal.refused(*OURS, "--expires-in", "16m")
    assert "JR010" in terminal.refused(*OURS, "--expires-in", "soon")
    assert "without a value" in terminal.refused("--claim", "sub")
    Path("EdDSA.json").write_text(
        json.dumps(Issuer.of("saas", Path("x").resolve(), stranger=True).private["EdDSA"])
    )
    assert "JR642" in terminal.refused(*OURS)


@pytest.mark.parametrize(("limit", "lives"), [("2m", 120), ("15m", 300)])
def test_a_token_lives_no_longer_than_its_issuer_allows(limit: str, lives: int) -> None:
    """Where nobody says how long: else it would be made, and refused by the database."""
    issuers = f"issuers: {{https://a: {{audience: [db], max_lifetime: {limit}}}}}"
    text = MAPPING.replace("verify: gateway", f"verify: gateway\n  {issuers}")
    spec = load_text(text.replace("RULE", RULES[0]))
    payload = claims_of(spec, next(iter(spec.tokens.issuers.values())), Wanted(), now=1000)
    assert payload == {"iss": "https://a", "aud": "db", "iat": 1000, "exp": 1000 + lives}


def test_an_environment_that_asks_first_has_no_such_tokens(
    issuer: Issuer, terminal: Terminal
) -> None:
    text = Path("jwtroles.yaml").read_text(encoding="utf-8")
    confirmed = text.replace(
        "    database: embedded\n", "    database: embedded\n    confirm: true\n"
    )
    Path("jwtroles.yaml").write_text(confirmed, encoding="utf-8")
    assert "JR644" in terminal.refused(*OURS)


def test_a_role_that_has_to_be_asked_for_is_told(
    issuer: Issuer, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = Path("claims.json")
    claims.write_text(
        json.dumps({"sub": ANN, "app_metadata": {"tenant_id": ONE, "roles": ["auditor"]}})
    )
    code, out, err = terminal.run(
        "mint", "--env", "dev", "--key", "EdDSA.json", "--claims", "claims.json", "--role", "member"
    )
    assert code == 0
    assert "becomes auditor: login(token, 'member')" in err
    _, said, _ = terminal.run("inspect", "--env", "dev", stdin=out)
    assert '["auditor", "member"]' in " ".join(said.split())
    assert "What auditor may do" in said
    for columns in (80, 60):
        monkeypatch.setenv("COLUMNS", str(columns))
        _, narrow, _ = terminal.run("inspect", "--env", "dev", stdin=out)
        assert max(map(len, narrow.splitlines())) <= columns
        words = " ".join(narrow.split())
        assert words.partition(" ✓ exp ")[0] == " ".join(said.split()).partition(" ✓ exp ")[0]
