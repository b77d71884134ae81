"""What changes at the source between the plan of a sync and its commit is not mirrored."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest

from jwtroles.applier import apply
from jwtroles.errors import Refused, ServerError
from jwtroles.mirror import make_sync
from jwtroles.report.problems import render
from tests.sync.pair import EVERYTHING
from tests.sync.test_apart import apart

if TYPE_CHECKING:
    from tests.servers import Clusters

HELD = """SELECT grantee::regrole::text, privilege_type FROM pg_attribute,
          aclexplode(attacl) WHERE attrelid = 'app.customers'::regclass ORDER BY 1, 2"""
MOVED = {
    "planned": "REVOKE UPDATE (email) ON app.customers FROM member",
    "locked": "ALTER ROLE auditor CONNECTION LIMIT 5",
    "unchanged": "ALTER TABLE app.customers ADD COLUMN fresh int",
    "statement": "CREATE POLICY mine ON app.customers TO member USING (true)",
}
BACK = {
    "planned": "GRANT UPDATE (email) ON app.customers TO member",
    "locked": "ALTER ROLE auditor CONNECTION LIMIT -1",
    "unchanged": "ALTER TABLE app.customers DROP COLUMN fresh",
    "statement": "DROP POLICY mine ON app.customers",
}
"""When it is done → what is done at the source by hand, and how it is undone."""
SAID = {
    "planned": "update (email) on app.customers for member   gone",
    "locked": "role auditor   connection limit -1 → 5",
    "unchanged": "app.customers   column fresh added",
    "statement": "policy mine on app.customers   added",
}


def test_a_source_that_changes_is_not_mirrored(cluster: Clusters) -> None:
    with apart(cluster, 18, 16) as (pair, production):
        pair.staging.execute("GRANT UPDATE (email) ON app.customers TO member")
        before = production.rows(HELD)
        with closing(psycopg.connect(pair.staging.info.dsn, autocommit=True)) as by_hand:
            for when, sql in MOVED.items():
                planned = make_sync(pair.spec, *pair.sources())

                seen: list[str] = []

                def meddle(
                    stage: str,
                    _done: int,
                    _of: int,
                    when: str = when,
                    sql: str = sql,
                    seen: list[str] = seen,
                ) -> None:
                    seen.append(stage)
                    if stage == when:
                        by_hand.execute(sql.encode())

                meddle("planned", 0, 0)
                with pytest.raises(Refused) as refused:
                    apply(
                        pair.production,
                        planned.plan,
                        planned.scope,
                        allow=EVERYTHING,
                        progress=meddle,
                        elsewhere=planned.elsewhere,
                    )
                said = render(refused.value, color=False, width=100)
                assert said.startswith(
                    "error[JR611]: stale: staging has changed since this plan was made"
                ), when
                assert SAID[when] in said
                assert "jwtroles sync --from staging --to production --plan" in said
                assert said.endswith("Nothing was changed.")
                assert production.rows(HELD) == before, when
                # What moved before the first statement is told before the first statement.
                assert ("statement" in seen) == (when in ("unchanged", "statement"))
                by_hand.execute(BACK[when].encode())
            planned = make_sync(pair.spec, *pair.sources())
            by_hand.execute("SELECT pg_terminate_backend(%s)", [pair.staging.info.backend_pid])
            with pytest.raises(ServerError, match="JR005"):
                apply(pair.production, planned.plan, planned.scope, elsewhere=planned.elsewhere)
        assert production.rows(HELD) == before


def test_a_source_that_stays_is_mirrored(cluster: Clusters) -> None:
    with apart(cluster, 18, 16) as (pair, production):
        pair.staging.execute("GRANT UPDATE (email) ON app.customers TO member")
        pair.synced()
        assert ("member", "UPDATE") in production.rows(HELD)
        assert pair.compared().same
