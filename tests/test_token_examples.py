"""The examples where the database verifies tokens: applied, tested, met by clients with any SQL.

A client has the login, a token that an issuer signed for it, and nothing else.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from jwtroles import policy_tests
from jwtroles.reader.connection import connect
from jwtroles.spec.load import load
from jwtroles.verifier.key_sources import read_keys
from tests.issuer import EXAMPLES, Client, Issuer
from tests.pages import blocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.servers import Sandbox

ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"
ANN = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
BEN = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"

OWNERS = {
    "saas": "app_owner",
    "microservices": "shop_owner",
    "api-scopes": "api_owner",
    "step-up": "accounts_owner",
    "agents": "desk_owner",
}
EXPECTATIONS = {"saas": 15, "microservices": 16, "api-scopes": 23, "step-up": 9, "agents": 15}
"""What the tests of each file's own expect of statements."""

ROWS = {
    "saas": f"""
        INSERT INTO app.invoices (id, tenant_id, owner_id) VALUES
          (1, '{ONE}', '{ANN}'), (2, '{TWO}', '{BEN}')""",
    "microservices": """
        INSERT INTO orders.orders (id, customer, address, total, status) VALUES
          (1, 'Ann', '1 Elm', 10, 'paid');
        INSERT INTO payments.payments (id, order_id, amount, card_last4) VALUES
          (1, 1, 10, '1111')""",
    "api-scopes": f"""
        INSERT INTO app.products VALUES (1, 'tea', 5, 2);
        INSERT INTO app.orders (id, account_id, product_id, total) VALUES
          (1, '{ANN}', 1, 5), (2, '{BEN}', 1, 7)""",
    "step-up": f"""
        INSERT INTO app.accounts (id, org_id, email) VALUES
          (1, '{ONE}', 'ann'), (2, '{TWO}', 'bob')""",
    "agents": f"""
        INSERT INTO app.tickets (id, tenant_id, owner_id, title, body) VALUES
          (1, '{ONE}', '{ANN}', 'mine', 'x'), (2, '{ONE}', '{BEN}', 'of Ben', 'x');
        INSERT INTO app.credentials (id, tenant_id, owner_id, service, secret) VALUES
          (1, '{ONE}', '{ANN}', 'mail', 'sesame')""",
}
NOBODY = "28000 nobody is logged in: call jwtroles.login() with a token first"


def applied(example: str, sandbox: Sandbox, folder: Path) -> Issuer:
    """Apply an example with keys of the test's own, and put rows in."""
    sandbox.load(EXAMPLES / example / "schema.sql")
    issuer = Issuer.of(example, folder)
    issuer.apply(sandbox.url)
    sandbox.run_sql(ROWS[example])
    return issuer


@pytest.mark.parametrize("example", OWNERS)
def test_it_applies_and_its_own_tests_hold(
    sandbox: Sandbox,
    applier: str,
    record_case: Callable[[int, str], None],
    tmp_path: Path,
    example: str,
) -> None:
    sandbox.load(EXAMPLES / example / "schema.sql")
    if sandbox.major < 15 and applier != "superuser":
        # There everybody may make things in `public`, which an administrator alone can end.
        sandbox.run_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    issuer = Issuer.of(example, tmp_path)
    left = issuer.apply(sandbox.applier_url(applier, OWNERS[example]))
    assert left.steps == ()
    with connect(sandbox.url) as connection:
        results = policy_tests.run(connection, issuer.spec, environment=issuer.dev)
    assert results.passed, results
    assert results.expectations == EXPECTATIONS[example]
    record_case(sandbox.major, applier)


@pytest.mark.parametrize("example", OWNERS)
def test_its_keys_are_public_keys_that_verify(example: str) -> None:
    spec = load(EXAMPLES / example / "jwtroles.yaml")
    (issuer,) = spec.tokens.issuers.values()
    dev = next(one for name, one in spec.environments.items() if name == "dev")
    keys = read_keys(spec, dev).keys
    assert {key.alg for key in keys} == set(map(str, issuer.algorithms))


def test_saas_is_of_the_tenant_whose_token_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    issuer = applied("saas", sandbox, tmp_path)
    client = Client(sandbox, "acme_authenticator")
    claims = {"sub": ANN, "app_metadata": {"tenant_id": ONE, "roles": ["member"]}}
    for alg in issuer.private:
        assert client.begin(issuer.token(alg, **claims)) == "member"
        assert client.ask("SELECT id FROM app.invoices") == 1
    assert client.ask("SET LOCAL ROLE billing_admin") == -1
    assert client.ask("SELECT id FROM app.invoices").startswith(
        "28000 the login is of another role"
    )
    stranger = Issuer.of("saas", tmp_path / "stranger", stranger=True)
    assert client.begin(stranger.token(**claims)).startswith("28000")


def test_a_service_is_its_login_and_its_token(sandbox: Sandbox, tmp_path: Path) -> None:
    issuer = applied("microservices", sandbox, tmp_path)
    orders, payments = Client(sandbox, "orders_login"), Client(sandbox, "payments_login")
    token = issuer.token(sub="spiffe://shop.example/payments")

    assert payments.begin(token) == "payments_service"
    assert payments.ask("SELECT card_last4 FROM payments.payments") == "1111"
    assert sandbox.rows(
        "SELECT application_name FROM pg_stat_activity WHERE usename = 'payments_login'"
    ) == [("spiffe://shop.example/payments",)]

    stolen = orders.begin(token)
    assert stolen == "28000 this login may not become the role payments_service"
    assert orders.ask("SET LOCAL ROLE payments_service").startswith("42501")
    assert orders.ask("SET LOCAL ROLE orders_service") == -1  # its own, which needs no token
    for sql in (
        "SELECT id FROM orders.orders",
        "UPDATE orders.orders SET status = 'paid'",
        "INSERT INTO orders.orders (customer, address, total) VALUES ('x', 'x', 0)",
        "SELECT state FROM payments.payments",
    ):
        assert orders.ask(sql) == NOBODY


def test_a_scope_is_one_endpoint_at_a_time(sandbox: Sandbox, tmp_path: Path) -> None:
    issuer = applied("api-scopes", sandbox, tmp_path)
    client = Client(sandbox, "shop_api")
    token = issuer.token(sub=ANN, scope="orders:read orders:create reports:revenue")

    assert client.begin(token) == "revenue_reader"
    assert client.ask("SELECT total FROM app.revenue(current_date)") == 5
    assert client.ask("SELECT id FROM app.orders").startswith("42501")
    assert client.begin(token, "order_reader") == "order_reader"
    assert client.ask("SELECT id FROM app.orders") == 1
    assert client.ask("SELECT total FROM app.revenue(current_date)").startswith("42501")
    assert client.ask("SET LOCAL ROLE revenue_reader") == -1
    assert client.ask("SELECT total FROM app.revenue(current_date)").startswith("28000")

    refused = "28000 this token may not become the role that was asked for"
    assert client.begin(token, "refund_requester") == refused
    assert client.begin(token, "postgres") == refused


def test_an_administrator_is_one_for_minutes(sandbox: Sandbox, tmp_path: Path) -> None:
    issuer = applied("step-up", sandbox, tmp_path)
    client = Client(sandbox, "accounts_api")
    ours = {"sub": ANN, "org_id": ONE, "roles": ["admin"], "amr": ["pwd", "otp"]}
    left = 3
    token = issuer.token(**ours, auth_time=int(time.time()) - 600 + left)

    assert client.begin(token) == "admin"
    assert client.ask("UPDATE app.accounts SET locked = true") == 1
    expired = "28000 the token has expired"
    while (said := client.ask("UPDATE app.accounts SET locked = true")) == 1:
        time.sleep(0.1)
    assert said == expired, "the transaction is open, and the token good for most of a minute"
    assert client.begin(token) == "operator"
    assert client.ask("SELECT email FROM app.accounts") == "ann"
    assert client.ask("UPDATE app.accounts SET locked = true").startswith("42501")

    refused = "28000 this token may not become the role that was asked for"
    assert client.begin(token, "admin") == refused
    fresh = int(time.time())
    for less in (
        {"amr": ["pwd"]},
        {"amr": None},
        {"auth_time": fresh + 3600},
        {"roles": ["operator"]},
    ):
        assert (
            client.begin(issuer.token(**{**ours, "auth_time": fresh, **less}), "admin") == refused
        )


def test_an_agent_runs_queries_and_nothing_else(sandbox: Sandbox, tmp_path: Path) -> None:
    issuer = applied("agents", sandbox, tmp_path)
    person = {"sub": ANN, "tenant_id": ONE, "roles": ["member"]}
    delegated = issuer.token(**person, act={"sub": "agent:desk"})
    agent = Client(sandbox, "desk_agents")

    assert agent.begin(delegated) == "assistant"
    assert agent.ask("SHOW application_name") == "agent:desk"
    assert agent.ask("SELECT title FROM app.my_open_tickets()") == "mine"
    assert agent.ask("SELECT * FROM app.my_ticket(2)") == []
    assert agent.ask("SELECT service FROM app.my_services()") == "mail"
    tables = sandbox.rows(
        "SELECT c.oid::regclass::text FROM pg_class AS c, pg_namespace AS n "
        "WHERE n.oid = c.relnamespace AND n.nspname IN ('app', 'jwtroles') AND c.relkind = 'r'"
    )
    for (table,) in tables:
        assert agent.ask(f"SELECT FROM {table}").startswith("42501")
        assert agent.ask(f"DELETE FROM {table}").startswith("42501")
    assert agent.ask("CREATE TEMP TABLE t (x int)").startswith("42501")
    assert agent.ask("SET LOCAL ROLE member").startswith("42501")
    # A declared query stands under the ticket as well: without one it shows nothing.
    agent.connection.execute("ROLLBACK; BEGIN")
    assert agent.ask("SET LOCAL ROLE assistant") == -1
    assert agent.ask("SELECT * FROM app.my_open_tickets()") == NOBODY

    # The person's own login is no way around, and neither is asking for the person's role.
    app = Client(sandbox, "desk_app")
    refused = "28000 this token may not become the role that was asked for"
    for act in ({"sub": "agent:desk"}, {"client_id": "desk"}, "agent:desk"):
        assert app.begin(issuer.token(**person, act=act), "member") == refused
        assert agent.begin(issuer.token(**person, act=act), "member") == refused
    assert app.begin(delegated) == "28000 this login may not become the role assistant"
    assert app.begin(issuer.token(**person)) == "member"
    assert app.ask("SELECT secret FROM app.credentials") == "sesame"
    assert agent.begin(issuer.token(**person)) == "28000 this login may not become the role member"


def test_the_code_for_a_service(sandbox: Sandbox, tmp_path: Path) -> None:
    """The block of docs/services.md: a refused token is replaced once, and nothing stays."""
    issuer = applied("saas", sandbox, tmp_path)
    (block,) = blocks("docs/services.md", "python")
    page: dict[str, Any] = {}
    exec(compile(block.text, str(block), "exec"), page)
    connection = sandbox.connect("acme_authenticator")
    now = int(time.time())
    ann = {"sub": ANN, "app_metadata": {"tenant_id": ONE, "roles": ["member"]}}
    ben = {"sub": BEN, "app_metadata": {"tenant_id": TWO, "roles": ["member"]}}
    expired = issuer.token(**ann, iat=now - 600, exp=now - 300)
    asked: list[bool] = []

    def tokens(first: str, second: str) -> Callable[[bool], str]:
        asked.clear()

        def token(fresh: bool) -> str:
            asked.append(fresh)
            return second if fresh else first

        return token

    run, invoices = page["as_bearer"], page["invoices"]
    assert run(connection, tokens(issuer.token(**ann), expired), invoices) == [1]
    assert asked == [False]
    assert run(connection, tokens(expired, issuer.token(**ben)), invoices) == [2]
    assert asked == [False, True]
    with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification, match="expired"):
        run(connection, tokens(expired, expired), invoices)
    assert asked == [False, True]
    forbidden = tokens(issuer.token(**ann), expired)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(connection, forbidden, lambda one: one.execute("DELETE FROM app.invoices"))
    assert asked == [False]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        invoices(connection)  # nothing of a request is left on the connection

    # A token that ends in the middle of the work is replaced, and all of the work is run again.
    runs: list[int] = []

    def slow(one: psycopg.Connection) -> list[int]:
        runs.append(1)
        if len(runs) == 1:
            sandbox.run_sql(
                "UPDATE jwtroles.signing_key SET retired_at = now() WHERE alg = 'EdDSA'"
            )
        found: list[int] = invoices(one)
        return found

    both = tokens(issuer.token("EdDSA", **ann), issuer.token("ES256", **ann))
    assert run(connection, both, slow) == [1]
    assert len(runs) == 2
