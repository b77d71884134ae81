"""What `only` limits to one of two environments is declared to differ: no difference, no sync."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from jwtroles.errors import CompileError
from jwtroles.mirror import compare, make_sync
from jwtroles.spec.load import load
from jwtroles.workflow import make_plan
from tests.live.billing import FOLDER, changed, environment
from tests.sync.pair import TABLES, Pair, loaded
from tests.sync.test_apart import said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jwtroles.spec.model import Spec
    from tests.servers import Clusters

MAPPING = """mapping:
  - {claim: roles, contains: debugger, role: debugger, only: [staging]}
  - {claim: roles, contains: lead, role: auditor, only: [staging]}
"""
ROLES = """
roles:
  debugger:
    only: [staging]
    settings: {statement_timeout: 1s}
    inherits: [member]
    tables: {app.plans: {select: all, update: [name]}, app.customers: {select: all}}
  closer:
    only: [production]
    tables: {app.invoices: {select: all}}
"""
RIGHTS = "app.customers: {select: all, insert: all, update: [name, email, notes, archived]}"
LIMITED = (
    ("mapping:\n", MAPPING),
    ("\nroles:\n", ROLES),
    (RIGHTS, f"{RIGHTS}\n      app.audit_events: {{only: [production], select: all}}"),
)
TEXT = changed(*LIMITED)
NAMED = [
    "role closer: only in production",
    "role debugger: only in staging",
    "policy jr_billing_admin_select on app.audit_events: only in production",
    "select on app.audit_events for billing_admin: only in production",
    "a mapping rule for auditor: only in staging",
]


@contextmanager
def applied(cluster: Clusters, spec: Spec) -> Iterator[Pair]:
    with ExitStack() as stack:
        servers = [stack.enter_context(cluster(major).fresh()) for major in (18, 16)]
        for sandbox in servers:
            sandbox.run_sql(TABLES)
        pair = stack.enter_context(Pair.connected(spec, servers[0].url, servers[1].url))
        pair.apply()
        for session in (pair.staging, pair.production):
            session.execute("RESET search_path")
        yield pair


def in_sync(pair: Pair) -> bool:
    """Tell whether production is as the file says of it."""
    return make_plan(pair.production, pair.spec, environment(pair.spec, "production")).plan.empty


def test_what_is_limited_is_named_and_neither_shown_nor_synced(cluster: Clusters) -> None:
    with applied(cluster, loaded(TEXT)) as pair:
        found = pair.compared()
        assert found.same, pair.told(found)
        (remark,) = found.plan.remarks
        assert (remark.code.id, sorted(remark.details)) == ("JR655", sorted(NAMED))
        assert pair.synced().empty
        back = compare(pair.spec, *reversed(pair.sources()))
        assert back.same, pair.told(back)
        # What somebody does by hand to such roles is between their environment and the file.
        pair.staging.execute("GRANT DELETE ON app.customers TO debugger; GRANT auditor TO debugger")
        pair.production.execute("GRANT DELETE ON app.customers TO closer")
        found = pair.compared()
        assert found.same, pair.told(found)
        pair.production.execute("REVOKE DELETE ON app.customers FROM closer")
        # Everything else is compared as ever, and mended beside what is limited.
        pair.staging.execute(
            "GRANT UPDATE (email) ON app.customers TO member;"
            "UPDATE jwtroles.claim_role SET role = 'member' WHERE role = 'billing_admin'"
        )
        pair.production.execute(
            "ALTER POLICY jr_floor ON app.customers USING (true);"
            "GRANT SELECT ON app.audit_events TO member"
        )
        found = pair.compared()
        told = "\n".join(pair.told(found))
        for part in ("member update email", "floor", "was", "member select", "billing-admin"):
            assert part in told, told
        for part in ("debugger", "closer"):
            assert part not in told.partition("Worth a look")[0], told
        pair.synced()
        assert pair.compared().same
        rules = "SELECT role FROM jwtroles.claim_role ORDER BY position"
        (first, *_), count = pair.production.execute(rules).fetchall(), "SELECT count(*) FROM "
        assert first["role"] == "member", "the first rule that both have"
        roles = pair.production.execute(
            f"{count} pg_policy, unnest(polroles) AS one WHERE polname = 'jr_floor' "
            "AND polrelid = 'app.customers'::regclass AND one = 'closer'::regrole"
        ).fetchone()
        assert roles == {"count": 1}, "the floor still stands under production's own role"
        pair.staging.execute(
            "REVOKE UPDATE (email) ON app.customers FROM member;"
            "UPDATE jwtroles.claim_role SET role = 'billing_admin' "
            "WHERE conditions::text LIKE '%billing-admin%'"
        )
        pair.synced()
        assert in_sync(pair), "both are as the file says of each"


def test_lists_of_roles_in_conditions_are_those_of_the_target(
    cluster: Clusters, tmp_path: Path
) -> None:
    """Where the database verifies tokens each condition names the roles that may ask it."""
    shutil.copytree(FOLDER.parent / "saas", tmp_path, dirs_exist_ok=True)
    keys = json.loads((tmp_path / "keys" / "dev.jwks.json").read_text(encoding="utf-8"))
    for name in ("staging", "production"):
        (tmp_path / "keys" / f"{name}.jwks.json").write_text(json.dumps(keys), encoding="utf-8")
    file = tmp_path / "jwtroles.yaml"
    file.write_text(changed(*LIMITED, text=file.read_text("utf-8")))
    with applied(cluster, load(file)) as pair:
        found = pair.compared()
        assert found.same, pair.told(found)
        pair.production.execute("ALTER POLICY jr_member_gate ON app.customers USING (true)")
        assert "floor" in " ".join(pair.told(pair.compared()))
        pair.synced()
        assert in_sync(pair)


def test_an_address_is_no_environment(cluster: Clusters) -> None:
    with applied(cluster, loaded(TEXT)) as pair:
        source, target = pair.sources()
        unnamed = replace(target, environment=None, label="postgresql://host/production")
        found = compare(pair.spec, source, unnamed)
        assert not found.same
        assert "JR656" in [one.code.id for one in found.plan.remarks]
        with pytest.raises(CompileError) as error:
            make_sync(pair.spec, source, unnamed)
        assert said(error.value.problems) == [
            (
                "JR656 postgresql://host/production is named by its address, not as an "
                "environment: what `only` limits is not told from other differences"
            )
        ]
