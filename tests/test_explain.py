"""`jwtroles explain`: what it says of a token and of a role is what the database does."""

from __future__ import annotations

import io
import json
import sys
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from jwtroles.cli import run
from jwtroles.explanation import schema
from jwtroles.tokens.parts import encoded
from tests.issuer import Client, Issuer

if TYPE_CHECKING:
    from tests.servers import Clusters, Sandbox

ANN = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
BEN = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
ONE, TWO = (
    str(n) * 8 + "".join(f"-{str(n) * 4}" for _ in range(3)) + f"-{str(n) * 12}" for n in (1, 2)
)
ROLES = {"member": "member", "auditor": "auditor", "billing-admin": "billing_admin"}
SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class Terminal:
    """The command line in a folder, with what it prints."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def explain(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        """Return the exit code and both outputs."""
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = run(["explain", "--env", "dev", *arguments])
        out, err = self._capsys.readouterr()
        return code, out, err

    def told(self, *arguments: str, stdin: str = "") -> dict[str, Any]:
        """Return what is told as JSON, which is of the published form."""
        code, out, err = self.explain(*arguments, "--format", "json", stdin=stdin)
        assert err == ""
        found: dict[str, Any] = json.loads(out)
        Draft202012Validator(schema()).validate(found)
        assert found["exit_code"] == code
        return found


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return Terminal(monkeypatch, capsys)


@pytest.fixture
def issuer(tmp_path: Path, terminal: Terminal) -> Issuer:
    """Give the example saas with keys of its own, in the current folder."""
    return Issuer.of("saas", tmp_path)


def saas(issuer: Issuer, role: str = "member", **claims: Any) -> str:
    inner = {"tenant_id": ONE, "roles": [role]}
    return issuer.token("EdDSA", **{"sub": ANN, "app_metadata": inner, **claims})


ROWS = f"""
    INSERT INTO app.customers (id, tenant_id, name, email, archived)
      VALUES (1, '{ONE}', 'Ann', 'a', false), (2, '{ONE}', 'Old', 'o', true),
        (3, '{TWO}', 'Bob', 'b', false);
    INSERT INTO app.invoices (id, tenant_id, owner_id, customer_id, total, status)
      VALUES (1, '{ONE}', '{ANN}', 1, 1, 'sent'), (2, '{ONE}', '{ANN}', 1, 2, 'paid'),
        (3, '{ONE}', '{BEN}', 1, 3, 'sent'), (4, '{TWO}', '{ANN}', 3, 4, 'sent');
    INSERT INTO app.invoice_lines VALUES (1, 1, 'x', 1), (1, 2, 'y', 1), (4, 1, 'z', 1);
    INSERT INTO app.plans VALUES ('a', 'A', 1), ('b', 'B', 2);
    INSERT INTO app.audit_events VALUES ('2026-05-01', '{ONE}', NULL, '{{}}'),
      ('2026-05-02', '{TWO}', NULL, '{{}}');
"""


class Told:
    """What an explanation says of rows, as SQL that anybody may run."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.tables = {table["name"]: table for table in found["tables"]}

    def floor(self, table: str) -> str:
        """Return the floors of a table, those of the table that it takes them from with them."""
        found = ["true"]
        for floor in self.tables[table]["floors"]:
            if floor["standing"] == "stands":
                found.append(f"({floor['rows']['means']})")
            elif floor["standing"] == "through":
                join, parent = floor["rows"]["means"], floor["parent"]
                found.append(f"EXISTS (SELECT FROM {parent} WHERE {join} AND {self.floor(parent)})")
        return " AND ".join(found)

    def rows(self, table: str, command: str) -> str:
        """Return which rows a command reaches: those that any of its roles gives it."""
        given = (one for one in self.tables[table]["commands"] if one["command"] == command)
        any_of = " OR ".join(one["rows"]["means"] if one["rows"] else "true" for one in given)
        return f"{self.floor(table)} AND ({any_of})"


def test_what_is_said_of_a_token_is_what_the_database_does(
    sandbox: Sandbox, issuer: Issuer, terminal: Terminal
) -> None:
    """The conditions that are shown, run by a superuser, find the rows that the client reaches."""
    sandbox.load(Path("schema.sql"))
    sandbox.run_sql(ROWS)
    issuer.apply(sandbox.url)
    client, counts = Client(sandbox, "acme_authenticator"), []
    for claim, role in ROLES.items():
        token = saas(issuer, claim)
        found = terminal.told("--token", "-", "--database", sandbox.url, stdin=token)
        assert (found["exit_code"], found["role"]["name"]) == (0, role)
        assert found["database"]["agrees"] is True
        assert [one["role"] for one in found["database"]["answers"]] == [role]
        told = Told(found)
        for name, table in told.tables.items():
            for one in table["commands"]:
                command, column = one["command"], (one["columns"] or [FIRST[name]])[-1]
                statement = {
                    "select": f"SELECT count({column}) FROM {name}",
                    "update": f"UPDATE {name} SET {column} = {column}",
                    "delete": f"DELETE FROM {name}",
                }.get(command)
                if statement is not None:
                    assert client.begin(token) == role
                    rows = told.rows(name, command)
                    expected = sandbox.rows(f"SELECT count(*) FROM {name} WHERE {rows}")[0][0]
                    assert client.ask(statement) == expected, (statement, rows)
                    counts.append((name, command, expected))
    assert len({(name, command) for name, command, _ in counts}) == 8
    assert sum(expected for _, _, expected in counts) > 20
    assert ("app.audit_events", "select", 1) in counts


FIRST = {
    "app.plans": "id",
    "app.customers": "id",
    "app.invoices": "id",
    "app.invoice_lines": "line",
    "app.audit_events": "what",
}


def test_where_the_database_is_otherwise_it_is_told(
    cluster: Clusters, issuer: Issuer, terminal: Terminal
) -> None:
    """Each change by hand alone is told, and nothing else is; of another role, nothing is."""
    with cluster(18).fresh() as sandbox:
        sandbox.load(Path("schema.sql"))
        issuer.apply(sandbox.url)
        url = ["--database", sandbox.url]
        for change, back, *said in CHANGES:
            sandbox.run_sql(change)
            found = terminal.told("member", *url)
            assert found["exit_code"] == 2, change
            assert [one["said"] for one in found["database"]["differences"]] == said
            sandbox.run_sql(back) if back else issuer.apply(sandbox.url)
        sandbox.run_sql(CHANGES[0][0])
        token = terminal.told("--token", "-", *url, stdin=saas(issuer))
        assert token["exit_code"] == 2
        assert [one["said"] for one in token["database"]["differences"]] == [CHANGES[0][2]]
        assert terminal.told("auditor", *url)["exit_code"] == 0
        assert terminal.told("member", "--table", "app.plans", *url)["exit_code"] == 0


def test_a_right_that_no_plan_takes_is_told(
    cluster: Clusters, issuer: Issuer, terminal: Terminal
) -> None:
    """In additive mode what PUBLIC has stays, and the role may do it."""
    text = Path("jwtroles.yaml").read_text(encoding="utf-8")
    text = text.replace("  owner: app_owner\n", "  owner: app_owner\n  mode: additive\n")
    Path("jwtroles.yaml").write_text(text, encoding="utf-8")
    with cluster(16).fresh() as sandbox:
        sandbox.load(Path("schema.sql"))
        issuer.apply(sandbox.url)
        assert terminal.explain("member", "--database", sandbox.url)[0] == 0
        sandbox.run_sql("GRANT SELECT (notes), TRIGGER ON app.customers TO PUBLIC")
        code, out, _ = terminal.explain("member", "--database", sandbox.url)
        assert code == 2
        assert "allows, and the file does not: select (notes) on app.customers" in out
        assert "allows, and the file does not: trigger on app.customers" in out
        code, out, _ = terminal.explain("auditor", "--database", sandbox.url)
        assert "select (notes)" not in out  # it may read all columns by the file
        assert "trigger on app.customers" in out


VERIFY = "token text, OUT claims jsonb, OUT key integer, OUT expires timestamp with time zone"
INVOICE = "customer_id, id, issued_on, note, owner_id, status, tenant_id, total"
CHANGES: tuple[tuple[Any, ...], ...] = (
    (
        "REVOKE SELECT (name) ON app.customers FROM member",
        "GRANT SELECT (name) ON app.customers TO member",
        "differs in select (id, name, tenant_id) on app.customers for member",
    ),
    (
        "GRANT DELETE ON app.plans TO member",
        "REVOKE DELETE ON app.plans FROM member",
        "has, and the file does not: delete on app.plans for member",
    ),
    (
        "DROP POLICY jr_member_gate ON app.plans",
        None,
        "lacks policy jr_member_gate on app.plans",
    ),
    (
        "ALTER POLICY jr_member_update ON app.invoices USING (true)",
        None,
        "differs in policy jr_member_update on app.invoices",
    ),
    (
        "REVOKE invoice_reader FROM member",
        "GRANT invoice_reader TO member WITH INHERIT TRUE, SET FALSE",
        "lacks membership of member in invoice_reader",
        f"does not allow, and the file does: select ({INVOICE}) on app.invoices",
    ),
    (
        "ALTER TABLE app.plans DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE app.plans ENABLE ROW LEVEL SECURITY",
        "differs in row security of app.plans",
    ),
    (
        "ALTER FUNCTION jwtroles.verify(text) SECURITY DEFINER",
        None,
        f"differs in function jwtroles.verify({VERIFY})",
    ),
)


def test_a_second_factor_that_is_too_old_is_the_reason(
    sandbox: Sandbox, tmp_path: Path, terminal: Terminal
) -> None:
    issuer = Issuer.of("step-up", tmp_path)
    sandbox.load(Path("schema.sql"))
    issuer.apply(sandbox.url)
    for ago, role, others in ((60, "admin", ["operator"]), (3600, "operator", [])):
        claims = {"sub": ANN, "org_id": ONE, "roles": ["admin"], "amr": ["pwd", "otp"]}
        token = issuer.token("EdDSA", **claims, auth_time=int(time.time()) - ago)
        found = terminal.told("--token", "-", "--database", sandbox.url, stdin=token)
        assert (found["exit_code"], found["role"]["name"]) == (0, role)
        assert found["may_request"] == others
        client = Client(sandbox, "accounts_api")
        assert client.begin(token) == role
        for asked in ("admin", "operator"):
            came = client.begin(token, asked)
            assert (came == asked) is (asked in (role, *others)), (asked, came)
        rules = found["token"]["rules"]
        decided = [rule["position"] for rule in rules if rule["outcome"] == "decides"]
        assert decided == [2 if role == "admin" else 4]
        failed = [one["test"] for one in rules[1]["conditions"] if not one["holds"]]
        assert failed == ([] if role == "admin" else ["younger_than"])
    _, out, _ = terminal.explain("--token", "-", stdin=token)
    assert 'roles contains "admin" and amr contains "otp" and auth_time younger than 10m' in out
    assert "       auth_time is 1" in out
    assert "it may ask for no other role" in out


def test_a_token_that_the_database_alone_refuses(
    cluster: Clusters, issuer: Issuer, terminal: Terminal
) -> None:
    with cluster(18).fresh() as sandbox:
        sandbox.load(Path("schema.sql"))
        issuer.apply(sandbox.url)
        token, url = saas(issuer), ["--database", sandbox.url]
        sandbox.run_sql("UPDATE jwtroles.signing_key SET retired_at = now()")
        code, out, _ = terminal.explain("--token", "-", *url, stdin=token)
        assert code == 3
        assert "✗ acme_authenticator is refused: 28000" in out
        assert "by the file it becomes member" in " ".join(out.split())


def test_a_token_that_the_file_refuses_may_do_nothing(issuer: Issuer, terminal: Terminal) -> None:
    code, out, _ = terminal.explain("--token", "-", stdin=saas(issuer, "nobody"))
    assert code == 3
    assert "✗ no rule matches: the token becomes nothing" in out
    assert out.endswith("The token is refused: it may do nothing\n")
    forged = Issuer.of("saas", Path("other").resolve(), stranger=True)
    found = terminal.told("--token", "-", stdin=saas(forged))
    assert (found["exit_code"], found["role"], found["tables"]) == (3, None, [])
    assert any(rule["outcome"] == "decides" for rule in found["token"]["rules"])


HOSTILE: tuple[Any, ...] = (
    "\x1b[2J\x1b]0;owned\x07",
    "a\u202eb\u2066c\u200f",
    "x' OR true --",
    "x'); DROP TABLE app.invoices; --",
    "a\r\nb\u2028c\x85d",
    "\\' OR 1=1",
    "'" * 900,
    "postgres://ann:hunter2@db.example/x",
    "{a,b}",
    "jwtroles_value0",
    {"a": ["\x1b[2J"]},
    ["\x1b[2J", None, {"x": "\u202e"}],
    True,
    -0.0,
)


def unsigned(payload: str) -> str:
    """Return a token of a payload that no library would write."""
    return f"{encoded(json.dumps({'alg': 'EdDSA'}).encode())}.{encoded(payload.encode())}.AAAA"


def test_no_claim_acts_on_whoever_reads_it(issuer: Issuer, terminal: Terminal) -> None:
    """Where types let any text through, whatever is in a token is text and stays in its place."""
    text = Path("jwtroles.yaml").read_text(encoding="utf-8")
    text = text.replace("type: uuid", "type: text").replace(
        "  own: owner_id = claims.sub", "  own: owner_id::text = claims.sub"
    )
    Path("jwtroles.yaml").write_text(text, encoding="utf-8")
    for value in HOSTILE:
        token = saas(issuer, sub=value, scope=value, jti=value, aud=["acme-db", value])
        code, out, err = terminal.explain("--token", "-", stdin=token)
        assert err == ""
        assert {char for char in out if unicodedata.category(char) in SHOWN} <= {"\n"}, value
        assert all(part not in out for part in token.split("."))
        assert "hunter2" not in out
        found = terminal.told("--token", "-", stdin=token)
        if code == 0:
            (floor,) = found["tables"][1]["floors"]
            assert floor["rows"]["means"] == f"tenant_id = '{ONE}'"
            insert = next(
                one
                for table in found["tables"]
                for one in table["commands"]
                if table["name"] == "app.invoices" and one["command"] == "insert"
            )
            shown = insert["rows"]["means"].removeprefix("owner_id::text = ")
            literals = shown.removeprefix("E").replace("\\\\", "").replace("''", "")
            assert literals.count("'") == 2, shown
            assert len(shown) < 300
    for payload in (
        '{"x": 1e999999999}',
        '{"sub": "\\ud800", "iss": "https://auth.acme.example/"}',
        '{"sub": "\\u0000"}',
        '{"exp": 1e400, "iss": "https://auth.acme.example/", "app_metadata": {"roles": [1e300]}}',
        '{"a": ' + "[" * 3000 + "]" * 3000 + "}",
        '{"sub": "a", "sub": "b"}',
    ):
        code, out, err = terminal.explain("--token", "-", stdin=unsigned(payload))
        assert code in (1, 3)
        assert (out == "") is (code == 1)
        said = out + err
        assert {char for char in said if unicodedata.category(char) in SHOWN} <= {"\n"}
        (out + err).encode()


def test_a_token_comes_from_a_file_or_a_variable_and_from_no_argument(
    issuer: Issuer, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = saas(issuer)
    Path("token.txt").write_text(f"  {token}\n", encoding="utf-8")
    monkeypatch.setenv("ONE_TOKEN", token)
    for source in ("token.txt", "env:ONE_TOKEN", "-"):
        code, out, err = terminal.explain("--token", source, stdin=token)
        assert (code, err) == (0, "")
        assert "Role member" in out
    for arguments, said in (
        (["--token", token], "JR640"),
        (["--token", f"Bearer {token}"], "JR640"),
        ([f"--token={token[:30]}"], "JR640"),
        (["--token", token.rpartition(".")[2]], "JR140"),
        (["--token", f"env:{token}"], "JR014"),
        (["--token", "token.txt", token], "JR640"),
        (["--token", "token.txt", "member"], "JR010"),
        ([token], "JR640"),
        ([], "JR010"),
        (["--table", token, "--token", "token.txt"], "JR640"),
    ):
        code, out, err = terminal.explain(*arguments)
        assert (code, out) == (1, "")
        assert said in err
        assert all(part not in err for part in token.split("."))


def test_what_the_file_alone_tells_of_a_role(issuer: Issuer, terminal: Terminal) -> None:
    code, out, _ = terminal.explain("billing_admin", "--table", "app.invoices")
    assert code == 0
    assert out.splitlines()[-10:] == [
        " app.invoices",
        "   gate    jr_billing_admin_gate, jr_member_gate, jr_invoice_reader_gate",
        "   floor   tenant_id = claims.tenant_id  :41",
        "   select  all columns; every row above the floor  :55  from invoice_reader",
        "   insert  tenant_id, owner_id, customer_id, total, note  :64  from member",
        "           rows  owner_id = claims.sub   (own)",
        "   update  all columns; every row above the floor  :77",
        "   update  note, total  :65  from member",
        "           rows  owner_id = claims.sub AND status <> 'paid'   (own and unpaid)",
        "   delete  rows  status <> 'paid'   (unpaid)  :77",
    ]
    code, out, _ = terminal.explain("auditor", "--table", "app.invoice_lines")
    assert (
        "floor   that of app.invoices, through invoice_lines.invoice_id = invoices.id  :45" in out
    )
    assert "select  all columns; every row above the floor  :82  by app.*" in out
    code, out, _ = terminal.explain("auditor", "--table", "elsewhere.x")
    assert out.endswith("   no right\n")
    code, out, _ = terminal.explain("member", "--table", "app.customer_directory")
    assert " view app.customer_directory: select  :86\n" in out
    assert "   rows    NOT archived\n" in out
    code, _, err = terminal.explain("membr")
    assert code == 1
    assert "no role membr in the file: did you mean `member`?" in err
    code, _, err = terminal.explain("member", "--table", "invoices")
    assert "JR010" in err


def test_what_a_role_may_do_holds_in_the_width(
    issuer: Issuer, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns in range(60, 101):
        monkeypatch.setenv("COLUMNS", str(columns))
        for role in ROLES.values():
            code, told, _ = terminal.explain(role)
            assert code == 0
            assert max(map(len, told.splitlines())) <= columns
