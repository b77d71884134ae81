"""Many databases are left one by one or all together; roles are the cluster's, and go last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.targets.tenants import Tenants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Clusters

MARKED = (
    "SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') ~ 'jwtroles' ORDER BY 1"
)
ROLES = [("acme_jwtroles",), ("reader",), ("web",), ("writer",)]
GO = ("--yes", "--quiet", "--allow", "destroys")


@pytest.fixture(params=[14, 18])
def applied(
    request: pytest.FixtureRequest, cluster: Clusters, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tenants]:
    """Give three databases that were applied, to a role with CREATEROLE."""
    with cluster(request.param).fresh() as sandbox:
        tenants = Tenants(sandbox, tmp_path_factory.mktemp("left"), "createrole").make(3)
        assert tenants.run("apply", "--yes", "--quiet").code == 0
        yield tenants


def policies(tenants: Tenants) -> list[int]:
    """Return how many policies each database has."""
    numbers = []
    for name in tenants.names:
        with psycopg.connect(tenants.url(name)) as connection:
            row = connection.execute("SELECT count(*) FROM pg_policies").fetchone()
            numbers.append(row[0] if row else 0)
    return numbers


def test_databases_are_uninstalled_and_roles_with_the_last_one(applied):
    one = applied.run("uninstall", "--database", applied.url("tenant_00"), *GO)
    assert one.code == 0, one
    assert policies(applied) == [0, 6, 6]
    for name in ("tenant_01", "tenant_02"):
        checked = applied.run("plan", "--check", "--database", applied.url(name))
        assert checked.code == 0, (name, checked)

    planned = applied.run("uninstall", "--plan")
    assert planned.code == 0, planned
    assert "\n2 databases: the same " in planned.out
    assert "role reader stays with its mark while other databases use it" in planned.out
    assert "3 databases: 2 to do, 1 done before." in planned.out
    assert "jwtroles uninstall --env tenants --allow destroys" in planned.out
    refused = applied.run("uninstall", "--yes", "--quiet")
    assert (refused.code, "error[JR622]" in refused.err) == (3, True), refused
    assert policies(applied) == [0, 6, 6]

    done = applied.run("uninstall", *GO, "--jobs", "1")
    assert done.code == 0, done
    assert policies(applied) == [0, 0, 0]
    assert applied.sandbox.rows(MARKED) == ROLES, "the last one drops nothing that it told stays"
    done = applied.run("uninstall", *GO)
    assert done.code == 0, done
    assert applied.sandbox.rows(MARKED) == []
    assert applied.sandbox.rows("SELECT 1 FROM pg_roles WHERE rolname = 'reader'") == []
    again = applied.run("uninstall", *GO[:2])
    assert again.code == 0, again


def test_databases_are_released_together(applied):
    planned = applied.run("release", "--plan", "--database", applied.url("tenant_00"))
    assert "role reader keeps its mark while other databases use it" in (
        " ".join(planned.out.split())
    )
    one = applied.run("release", "--yes", "--quiet", "--database", applied.url("tenant_00"))
    assert one.code == 0, one
    assert applied.sandbox.rows(MARKED) == ROLES
    assert applied.run("plan", "--check", "--database", applied.url("tenant_00")).code == 2
    for name in ("tenant_01", "tenant_02"):
        checked = applied.run("plan", "--check", "--database", applied.url(name))
        assert checked.code == 0, (name, checked)
    assert "role reader is released for the other databases that use it, too" in (
        " ".join(applied.run("release", "--plan").out.split())
    )
    applied.run_sql("postgres", "ALTER DATABASE tenant_01 ALLOW_CONNECTIONS false")
    assert applied.run("release", "--yes", "--quiet", "--shard", "1/1").code == 0
    assert applied.sandbox.rows(MARKED) == []
    assert policies(Tenants(applied.sandbox, applied.folder, names=["tenant_00"])) == [6]
    applied.run_sql("postgres", "ALTER DATABASE tenant_01 ALLOW_CONNECTIONS true")
    done = applied.run("release", "--yes")
    assert done.code == 0, done
    assert "3 databases: 1 done, 2 done before." in done.err
    assert policies(applied) == [6, 6, 6]
    assert "3 databases: nothing to do" in applied.run("release", "--yes").out
