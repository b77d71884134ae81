"""Two servers of different versions: what a sync refuses, what it leaves alone, and both ways."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from jwtroles.errors import CompileError
from jwtroles.mirror import compare, make_sync
from jwtroles.report.contract import render_json
from jwtroles.report.sql import render_sql
from jwtroles.workflow import make_plan
from tests.live.billing import TEXT, environment
from tests.sync.pair import TABLES, Pair, loaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Clusters, Sandbox

REFUSALS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "refusals.yaml").read_text(encoding="utf-8")
)
OTHERS = """
    SELECT rolname, rolsuper, rolcanlogin, rolconnlimit, rolpassword, rolvaliduntil::text
    FROM pg_authid WHERE rolname IN ('stranger', 'postgres', 'acme_authenticator')
    UNION ALL SELECT relname, relrowsecurity, NULL, NULL, relacl::text, NULL FROM pg_class
    WHERE relnamespace = 'own'::regnamespace
    UNION ALL SELECT polname, polpermissive, NULL, NULL, pg_get_expr(polqual, polrelid), NULL
    FROM pg_policy WHERE polrelid = 'own.notes'::regclass
    UNION ALL SELECT 'database', NULL, NULL, NULL, setconfig::text, setrole::regrole::text
    FROM pg_db_role_setting WHERE setrole = 'acme_authenticator'::regrole
    ORDER BY 1
"""


@contextmanager
def apart(cluster: Clusters, staging: int, production: int) -> Iterator[tuple[Pair, Sandbox]]:
    """Apply the file to a server each; give both, and the sandbox of production."""
    with ExitStack() as stack:
        one = stack.enter_context(cluster(staging).fresh())
        other = stack.enter_context(cluster(production).fresh())
        for sandbox in (one, other):
            sandbox.run_sql(TABLES)
        pair = stack.enter_context(Pair.connected(loaded(TEXT), one.url, other.url))
        pair.apply()
        for session in (pair.staging, pair.production):
            session.execute("RESET search_path")
        yield pair, other


def said(problems: Any) -> list[str]:
    return [f"{problem.code.id} {problem.message}" for problem in problems]


def test_what_is_refused_is_told_at_once_and_nothing_is_done(cluster: Clusters) -> None:
    with apart(cluster, 18, 14) as (pair, _):
        same = pair.compared()
        assert same.same, pair.told(same)
        for row in REFUSALS:
            pair.staging.execute(row.get("sql", "").encode())
            pair.production.execute(row.get("production", "").encode())
            sources = pair.sources()
            with pytest.raises(CompileError) as error:
                make_sync(pair.spec, *sources)
            assert said(error.value.problems) == row["says"], row["name"]
            compared = compare(pair.spec, *sources)
            assert said(compared.problems) == row["says"], row["name"]
            assert not compared.same, row["name"]
            assert set(compared.problems) <= set(compared.plan.remarks), row["name"]
            pair.staging.execute(row.get("undo", "").encode())
            pair.production.execute(row.get("undo_production", "").encode())
        same = pair.compared()
        assert same.same, pair.told(same)


def test_what_is_no_access_of_the_file_is_left_alone_and_never_shown(cluster: Clusters) -> None:
    """Strangers, passwords, secrets in settings, connections: each database's own."""
    with apart(cluster, 18, 14) as (pair, production):
        pair.staging.execute(
            "ALTER ROLE member IN DATABASE sandbox SET app.jwt_secret = 's3same';"
            "ALTER ROLE acme_authenticator PASSWORD 's3same' VALID UNTIL '2040-01-01';"
            "CREATE ROLE auditor_of_staging LOGIN SUPERUSER; CREATE SCHEMA own;"
            "CREATE TABLE own.notes (a int); GRANT ALL ON own.notes TO PUBLIC;"
            "GRANT CREATE ON SCHEMA public TO PUBLIC; GRANT SELECT ON app.customers TO PUBLIC;"
            "GRANT MAINTAIN ON app.plans TO member"
        )
        pair.production.execute(
            "CREATE ROLE stranger LOGIN SUPERUSER PASSWORD 'x' CONNECTION LIMIT 7;"
            "CREATE SCHEMA own; CREATE TABLE own.notes (a int);"
            "ALTER TABLE own.notes ENABLE ROW LEVEL SECURITY;"
            "CREATE POLICY mine ON own.notes TO stranger USING (a > 1);"
            "CREATE TABLE app.legacy (a int); GRANT SELECT ON app.legacy TO member, stranger;"
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
            "ALTER ROLE member IN DATABASE sandbox SET app.jwt_secret = 'production';"
            "ALTER ROLE acme_authenticator PASSWORD 'y' VALID UNTIL '2030-01-01';"
            "ALTER ROLE acme_authenticator SET statement_timeout = '3s'"
        )
        before = production.rows(OTHERS)
        public = production.rows("SELECT nspacl::text FROM pg_namespace WHERE nspname = 'public'")
        compared = pair.compared()
        assert pair.told(compared)[:2] == ["app.customers", "+ PUBLIC select all columns"]
        assert said(compared.plan.remarks) == [
            (
                "JR661 staging has no table app.legacy: the access of member to it stays as it is "
                "in production"
            ),
            (
                "JR351 member may maintain app.plans in staging; production has no such privilege "
                "before PostgreSQL 17"
            ),
        ]
        plan = pair.synced()
        assert [step.change.subject.grantee for step in plan.steps] == ["PUBLIC"]
        texts = render_sql(plan, pair.spec) + render_json(plan, (), 0)  # type: ignore[arg-type]
        assert "s3same" not in texts
        assert production.rows(OTHERS) == before
        assert public == production.rows(
            "SELECT nspacl::text FROM pg_namespace WHERE nspname = 'public'"
        )
        legacy = production.rows("SELECT has_table_privilege('member', 'app.legacy', 'SELECT')")
        assert legacy == [(True,)]
        secrets = production.rows("SELECT setconfig::text FROM pg_db_role_setting ORDER BY 1")
        assert "production" in str(secrets)
        assert pair.compared().same


@pytest.mark.parametrize(("staging", "production"), [(14, 18), (18, 15), (17, 16)])
def test_a_server_mirrors_one_of_another_version(
    cluster: Clusters, staging: int, production: int
) -> None:
    with apart(cluster, staging, production) as (pair, _):
        same = pair.compared()
        assert same.same, pair.told(same)
        pair.staging.execute(
            "ALTER POLICY jr_billing_admin_delete ON app.invoices "
            "USING (note IN ('a', 'b') AND status <> 'paid');"
            "CREATE ROLE helper; COMMENT ON ROLE helper IS '[jwtroles: acme]';"
            "GRANT auditor TO helper; GRANT SELECT (id, total) ON app.invoices TO helper;"
            "CREATE POLICY helps ON app.invoices TO helper USING (total < 100);"
            "ALTER ROLE invoice_reader NOINHERIT CONNECTION LIMIT 3;"
            "CREATE OR REPLACE VIEW app.customer_directory WITH (security_barrier) AS "
            "SELECT id, name, upper(email) AS email FROM app.customers"
        )
        options = staging >= 16 and production >= 16
        words = "inherits and may become" if options else "inherits"
        assert pair.told(pair.compared())[:2] == ["Roles", f"+ helper {words} auditor"]
        pair.synced()
        left = pair.compared()
        assert left.same, pair.told(left)
        back = compare(pair.spec, *reversed(pair.sources()))
        assert back.same, pair.told(back)
        assert pair.synced().empty
        pair.staging.execute(
            "DROP POLICY helps ON app.invoices; DROP OWNED BY helper; DROP ROLE helper"
        )
        assert "- helper dropped; inherits" in " ".join(pair.told(pair.compared()))
        pair.synced()
        assert pair.compared().same


def test_a_bare_source_is_refused_and_a_bare_target_gets_everything(cluster: Clusters) -> None:
    with cluster(18).fresh() as one, cluster(16).fresh() as other, ExitStack() as stack:
        for sandbox in (one, other):
            sandbox.run_sql(TABLES)
        url = other.applier_url("createrole")
        pair = stack.enter_context(Pair.connected(loaded(TEXT), one.url, url))
        pair.apply("staging")
        source, target = pair.sources()
        for make in (compare, make_sync):
            with pytest.raises(CompileError) as error:
                make(pair.spec, target, source)
            assert said(error.value.problems) == [
                "JR663 production has nothing of the project acme"
            ]
        pair.synced()
        left = pair.compared()
        assert left.same, pair.told(left)
        assert pair.synced().empty
        named = make_plan(pair.production, pair.spec, environment(pair.spec, "production")).plan
        assert named.empty, "it is as the file says, too"
