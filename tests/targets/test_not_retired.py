"""Roles that are not retired, and owners that are none: nothing is done to any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.targets.tenants import FILE, Tenants
from tests.targets.test_retire import ALLOWED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Clusters


@pytest.fixture(scope="module")
def others(cluster: Clusters, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenants]:
    with cluster(18).fresh() as sandbox:
        tenants = Tenants(sandbox, tmp_path_factory.mktemp("others")).make(1)
        assert tenants.run("apply", "--yes").code == 0
        tenants.run_sql(
            "postgres",
            """CREATE ROLE stranger; CREATE ROLE theirs; CREATE ROLE boss SUPERUSER;
               CREATE ROLE rds_admin;
               COMMENT ON ROLE theirs IS '[jwtroles: shop]';
               COMMENT ON ROLE rds_admin IS '[jwtroles: acme]';
               COMMENT ON ROLE boss IS '[jwtroles: acme]'""",
        )
        tenants.file(FILE.replace("connect_as: web", "connect_as: web, platform: [rds_admin]"))
        yield tenants


@pytest.mark.parametrize("owner", ["writer", "web", "acme_jwtroles"])
def test_no_role_that_row_security_has_to_bind_becomes_an_owner(others, owner):
    done = others.run("retire", "stranger", "--to", owner, "--allow", "destroys", "--yes")
    assert done.code == 3
    assert f"error[JR675]: {owner} is not to own anything" in done.err


@pytest.mark.parametrize(
    ("role", "why"),
    [
        ("pg_monitor", "it is PostgreSQL's own"),
        ("postgres", "jwtroles did not make it"),
        ("stranger", "jwtroles did not make it"),
        ("theirs", "it belongs to project shop"),
        ("writer", "the file declares it"),
        ("web", "the file declares it"),
        ("rds_admin", "database.platform says that it is a platform's"),
        ("acme_jwtroles", "it owns what jwtroles makes"),
        ("boss", "its attributes reach around row security"),
    ],
)
def test_a_role_that_is_not_to_go(others, role, why):
    done = others.run("retire", role, *ALLOWED)
    assert done.code == 3
    assert f"error[JR674]: {role} is not retired: {why}" in done.err
    assert done.out == ""
    rows = others.sandbox.rows(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'")
    assert rows == [(1,)]
