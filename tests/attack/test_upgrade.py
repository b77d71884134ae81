"""From each verifier that has been in use to this one, with sessions open all the time."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.errors import InvalidAuthorizationSpecification

from jwtroles.applier import Interrupted, apply
from jwtroles.kinds.base import Effect
from jwtroles.reader.connection import connect
from jwtroles.workflow import make_plan
from tests.attack.kept import FOLDER, SAAS, contract, token
from tests.workbench import without_room

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from jwtroles.spec.model import Spec
    from tests.servers import Clusters, Sandbox

    Connection = psycopg.Connection[tuple[Any, ...]]

LOGIN = "acme_authenticator"
ROWS = """
    INSERT INTO app.customers (id, tenant_id, name, email) VALUES
        (1, '11111111-1111-1111-1111-111111111111', 'Ann', 'a@example.com'),
        (2, '22222222-2222-2222-2222-222222222222', 'Bob', 'b@example.com')
"""
ANOTHER_TEXT = """
    DO $$ DECLARE one regprocedure; BEGIN
      FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'jwtroles'::regnamespace LOOP
        EXECUTE replace(pg_get_functiondef(one), 'AS $function$', E'AS $function$\\n');
      END LOOP;
    END $$
"""


@pytest.fixture(params=sorted(FOLDER.glob("verifier-*.sql")), ids=lambda file: file.stem)
def kept(request: pytest.FixtureRequest) -> str:
    """Give the SQL of each verifier that is kept."""
    file: Path = request.param
    return file.read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_upgrade_loses_no_access_and_opens_none(
    sandbox: Sandbox, tmp_path: Path, kept: str
) -> None:
    spec = contract(tmp_path)
    sandbox.load(SAAS / "schema.sql")
    sandbox.run_sql(kept)
    sandbox.run_sql(ROWS)
    good = [logged_in(sandbox, token(alg)) for alg in ("RS256", "ES256", "EdDSA")]
    bad = intruders(sandbox)

    def look() -> None:
        assert [names(one) for one in good] == [["Ann"]] * len(good)
        assert {name: refused(one) for name, one in bad.items()} == {
            "nobody": "nobody is logged in: call jwtroles.login() with a token first",
            "another tenant": "the login is not one that was made on this connection",
            "another connection": "the login is not one that was made on this connection",
            "revoked": "the token is revoked",
        }

    look()
    upgrade(sandbox, spec, look)
    look()
    # And where every function has another text, so that each is replaced under open sessions.
    sandbox.run_sql(ANOTHER_TEXT)
    replaced = upgrade(sandbox, spec, look)
    look()
    assert {"authorized", "claims", "issue_ticket", "verify_jws"} <= replaced
    assert names(logged_in(sandbox, token("EdDSA"))) == ["Ann"]
    with pytest.raises(InvalidAuthorizationSpecification, match="revoked"):
        logged_in(sandbox, token("EdDSA", jti="stolen"))
    with connect(sandbox.url) as connection:
        again = make_plan(connection, spec, spec.environments["dev"])
    assert [step.change.key for step in again.plan.steps] == []


SHAPES = {
    "further columns": """
        ALTER TABLE jwtroles.signing_key ADD COLUMN note text;
        ALTER TABLE jwtroles.revocation ADD COLUMN note text""",
    "columns that are to come": """
        ALTER TABLE jwtroles.signing_key DROP COLUMN width;
        ALTER TABLE jwtroles.revocation DROP COLUMN until""",
    "other constraints": """
        ALTER TABLE jwtroles.signing_key DROP CONSTRAINT signing_key_pkey, ADD CHECK (id > 0);
        ALTER TABLE jwtroles.revocation ALTER before DROP NOT NULL;
        UPDATE jwtroles.revocation SET before = NULL""",
    "rows that are hidden": """
        ALTER TABLE jwtroles.signing_key ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        ALTER TABLE jwtroles.revocation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY""",
    "a secret of another shape": "ALTER TABLE jwtroles.ticket_secret ADD COLUMN note text",
}
"""Tables as an older version, a later one, or somebody by hand would leave them."""

STATE = """
    SELECT 'key', id::text, retired_at::text FROM jwtroles.signing_key
    UNION ALL SELECT issuer, what, before::text FROM jwtroles.revocation ORDER BY 1, 2
"""


@pytest.mark.parametrize("major", [14, 18])
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_what_is_retired_or_revoked_outlives_a_new_shape(
    cluster: Clusters, tmp_path: Path, kept: str, major: int
) -> None:
    spec = contract(tmp_path)
    with cluster(major).fresh() as sandbox:
        sandbox.load(SAAS / "schema.sql")
        sandbox.run_sql(kept)
        sandbox.run_sql(ROWS)
        upgrade(sandbox, spec, lambda: None)
        good, retired = logged_in(sandbox, token("ES256")), logged_in(sandbox, token("EdDSA"))
        revoked = logged_in(sandbox, token("RS256", jti="stolen"))
        sandbox.run_sql(
            "UPDATE jwtroles.signing_key SET retired_at = clock_timestamp() WHERE kid = 'EdDSA';"
            "INSERT INTO jwtroles.revocation (issuer, what, before, until) VALUES"
            " ('https://auth.acme.example/', 'jti:stolen', 'infinity', 'infinity')"
        )
        state = sandbox.rows(STATE)
        assert [at for what, _, at in state if what == "key"].count("infinity") == 2

        def look() -> None:
            assert refused(revoked) == "the token is revoked"
            assert refused(retired) == "the key of the token is retired"
            for again in (token("EdDSA"), token("RS256", jti="stolen")):
                with pytest.raises(InvalidAuthorizationSpecification):
                    logged_in(sandbox, again)

        look()
        for shape in SHAPES.values():
            sandbox.run_sql(shape)
            with connect(sandbox.url) as connection:
                planned = make_plan(connection, spec, spec.environments["dev"])
                assert [s.change.kind for s in planned.plan.steps].count("own_table") > 0
                apply(connection, planned.plan, planned.scope)
                assert make_plan(connection, spec, spec.environments["dev"]).plan.empty
            assert sandbox.rows(STATE) == state, shape
            if "ticket_secret" not in shape:
                assert names(good) == ["Ann"]
                look()
        # Somebody has made a hole of it: an instant that nobody knows is in the past.
        sandbox.run_sql(
            "ALTER TABLE jwtroles.signing_key ALTER retired_at DROP NOT NULL;"
            "UPDATE jwtroles.signing_key SET retired_at = NULL WHERE kid = 'RS256'"
        )
        with connect(sandbox.url) as connection:
            planned = make_plan(connection, spec, spec.environments["dev"])
            apply(connection, planned.plan, planned.scope)
        with pytest.raises(InvalidAuthorizationSpecification):
            logged_in(sandbox, token("RS256"))
        # A secret that is made anew ends every login, and lets nobody in.
        assert refused(good) == "the login is not one that was made on this connection"
        assert names(logged_in(sandbox, token("ES256"))) == ["Ann"]


def test_what_is_retired_after_the_plan_stays_retired(cluster: Clusters, tmp_path: Path) -> None:
    """As a role with CREATEROLE, whose plan was made before somebody retired a key."""
    spec = contract(tmp_path)
    with cluster(16).fresh() as sandbox:
        sandbox.load(SAAS / "schema.sql")
        with connect(sandbox.applier_url("createrole")) as connection:
            for retires in (False, True):
                planned = make_plan(connection, spec, spec.environments["dev"])
                if retires:
                    sandbox.run_sql("UPDATE jwtroles.signing_key SET retired_at = now()")
                apply(connection, planned.plan, planned.scope)
                sandbox.run_sql("ALTER TABLE jwtroles.signing_key ADD COLUMN note text")
        assert sandbox.rows(
            "SELECT count(*) FROM jwtroles.signing_key WHERE retired_at <= now()"
        ) == [(3,)]


def logged_in(sandbox: Sandbox, presented: str) -> Connection:
    """Return a connection that keeps its login when the transaction ends."""
    connection = sandbox.connect(LOGIN)
    with connection.transaction():
        connection.execute("SELECT jwtroles.login(%s)", [presented])
        connection.execute(
            "SELECT set_config('jwtroles.ticket', current_setting('jwtroles.ticket'), false),"
            " set_config('role', current_setting('role'), false)"
        )
    return connection


def intruders(sandbox: Sandbox) -> dict[str, Connection]:
    """Return connections that have no access, each for a reason of its own."""
    nobody, copied = sandbox.connect(LOGIN), sandbox.connect(LOGIN)
    revoked = logged_in(sandbox, token("EdDSA", jti="stolen"))
    (ticket,) = revoked.execute("SELECT current_setting('jwtroles.ticket')").fetchone() or ("",)
    sandbox.run_sql(
        "INSERT INTO jwtroles.revocation (issuer, what, before, until) VALUES"
        " ('https://auth.acme.example/', 'jti:stolen', 'infinity', 'infinity')"
    )
    edited = logged_in(sandbox, token("EdDSA"))
    edited.execute(
        "SELECT set_config('jwtroles.ticket',"
        " replace(current_setting('jwtroles.ticket'), '11111111-', '22222222-'), false)"
    )
    copied.execute("SELECT set_config('jwtroles.ticket', %s, false)", [ticket])
    for connection in (nobody, copied):
        connection.execute("SET ROLE member")
    return {
        "nobody": nobody,
        "another tenant": edited,
        "another connection": copied,
        "revoked": revoked,
    }


def names(connection: Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM app.customers")]


def refused(connection: Connection) -> str:
    with pytest.raises(InvalidAuthorizationSpecification) as raised:
        names(connection)
    return str(raised.value.diag.message_primary)


def upgrade(sandbox: Sandbox, spec: Spec, meanwhile: Callable[[], None]) -> set[str]:
    """Apply, look at the sessions all the while, and return the functions that were replaced."""
    with connect(sandbox.url) as connection:
        planned = make_plan(connection, spec, spec.environments["dev"])
        run = Thread(target=apply, args=(connection, planned.plan, planned.scope))
        run.start()
        while run.is_alive():
            meanwhile()
        run.join()
    changes = [step.change for step in planned.plan.steps]
    return {change.key[0].name for change in changes if change.kind == "function"}


def test_what_is_retired_outlives_a_plan_that_is_cut(
    cluster: Clusters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old shape stands aside when its plan ends in between: the next plan finds it there."""
    spec = contract(tmp_path)
    dev = spec.environments["dev"]
    with cluster(18).fresh() as sandbox, connect(sandbox.url) as connection:
        sandbox.load(SAAS / "schema.sql")
        planned = make_plan(connection, spec, dev)
        apply(connection, planned.plan, planned.scope)
        sandbox.run_sql(
            "UPDATE jwtroles.signing_key SET retired_at = '2026-01-01' WHERE kid = 'EdDSA';"
            "ALTER TABLE jwtroles.signing_key ADD COLUMN note text"
        )
        state = sandbox.rows(STATE)
        with monkeypatch.context() as patch:
            without_room(patch)
            planned = make_plan(connection, spec, dev)
            first = len(planned.plan.batches[0].statements)

            def end(stage: str, done: int, _of: int) -> None:
                if (stage, done) == ("statement", first + 1):
                    raise KeyboardInterrupt

            with pytest.raises(Interrupted):
                apply(connection, planned.plan, planned.scope, progress=end)
        assert sandbox.rows("SELECT count(*) FROM jwtroles.signing_key") == [(0,)]
        planned = make_plan(connection, spec, dev)
        aside = ("own_table", "signing_key_before", None, Effect.NEUTRAL)
        changes = [(step.change, step.effect) for step in planned.plan.steps]
        assert aside in [(one.kind, one.key, one.after, effect) for one, effect in changes]
        apply(connection, planned.plan, planned.scope)
        assert sandbox.rows(STATE) == state
        assert make_plan(connection, spec, dev).plan.empty
