"""A role is retired in every database of its cluster, and what was cut off is finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.targets.tenants import Tenants
from tests.targets.test_cluster import NO_READER, interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Clusters, Sandbox

ELSEWHERE = """
CREATE TABLE app.audit (id int, tenant_id uuid); ALTER TABLE app.audit OWNER TO reader;
INSERT INTO app.audit VALUES (7);
GRANT SELECT ON app.tags TO reader WITH GRANT OPTION;
SET ROLE reader; GRANT SELECT ON app.tags TO bot;
"""
MEMBERS = """
CREATE ROLE alice; GRANT reader TO alice;
CREATE ROLE other; GRANT other TO reader WITH ADMIN OPTION;
SET ROLE reader; GRANT other TO bot
"""
OWN = """
CREATE FOREIGN DATA WRAPPER f; CREATE SERVER s FOREIGN DATA WRAPPER f;
CREATE USER MAPPING FOR reader SERVER s;
SET ROLE reader; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO bot
"""
ALLOWED = ("--to", "app_owner", "--allow", "destroys", "--allow", "cuts_off", "--yes")


@pytest.fixture
def left(sandbox: Sandbox, tmp_path: Path) -> Tenants:
    """Give two databases with a role that left the file, and what somebody did with it since."""
    tenants = Tenants(sandbox, tmp_path, "createrole").make(2)
    assert tenants.run("apply", "--yes").code == 0
    tenants.file(NO_READER)
    tenants.run_sql("postgres", "CREATE ROLE bot; ALTER ROLE reader LOGIN")
    tenants.run_sql("postgres", "CREATE DATABASE billing")
    tenants.run_sql("billing", "GRANT CREATE ON SCHEMA public TO reader")
    tenants.run_sql("postgres", "GRANT CREATE ON DATABASE billing TO reader")
    tenants.run_sql("tenant_01", ELSEWHERE)
    return tenants


@pytest.fixture(params=[14, 18])
def few(request: pytest.FixtureRequest, cluster: Clusters, tmp_path: Path) -> Iterator[Tenants]:
    """Give a database with a role that has left the file, to a role with CREATEROLE."""
    with cluster(request.param).fresh() as sandbox:
        tenants = Tenants(sandbox, tmp_path, "createrole").make(1)
        assert tenants.run("apply", "--yes").code == 0
        tenants.file(NO_READER)
        tenants.run_sql("postgres", "CREATE ROLE bot")
        yield tenants


def knows(tenants: Tenants) -> list[tuple[object, ...]]:
    return tenants.sandbox.rows("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'reader'")


def test_it_says_what_holds_it_and_goes_on_where_it_was_stopped(left):
    session = psycopg.connect(left.url("tenant_00", "reader"))
    done = left.run("retire", "reader")
    assert done.code == 3
    assert "error[JR675]: reader owns 1 object\n   tenant_01: table app.audit\n" in done.err

    done = left.run("retire", "reader", "--to", "app_owner", "--plan")
    assert done.code == 0, done
    assert "reader: may log in, 1 session" in done.out
    assert "billing  rights on " in done.out
    assert "not a database of this environment" in done.out
    assert "~ table app.audit goes to app_owner" in done.out
    assert "! bot has select on app.tags from it, and loses it" in done.out
    assert done.out.endswith("and it is dropped.\nThis cuts off and destroys.\n")
    done = left.run("retire", "reader", "--to", "app_owner", "--yes")
    assert done.code == 3
    assert "error[JR622]: not allowed: retiring reader cuts off and destroys" in done.err
    assert knows(left) == [(True,)]
    session.execute("SELECT 1")

    with psycopg.connect(left.url("tenant_01", "postgres")) as other:
        other.execute("LOCK TABLE app.notes IN ACCESS SHARE MODE")
        done = left.run("retire", "reader", *ALLOWED, "--lock-timeout", "100ms")
    assert done.code == 1
    assert "✓ no login any more\n ✓ 1 session ended\n" in done.err
    assert "✓ tenant_00: nothing left" in done.err
    assert "error[JR677]: tenant_01 refuses: canceling statement due to lock timeout" in done.err
    assert "What was done before stays." in done.err
    assert knows(left) == [(False,)]
    with pytest.raises(psycopg.OperationalError):
        session.execute("SELECT 1")

    done = left.run("retire", "reader", *ALLOWED)
    assert done.code == 1
    assert "tenant_00" not in done.out
    assert "error[JR677]: reader keeps 1 right in billing\n   schema public\n" in done.err
    left.run_sql("billing", "REVOKE ALL ON SCHEMA public FROM reader")
    left.run_sql("billing", "REVOKE ALL ON DATABASE billing FROM reader")

    done = left.run("retire", "reader", *ALLOWED)
    assert done.code == 0, done
    assert knows(left) == []
    with psycopg.connect(left.url("tenant_01", "postgres")) as connection:
        assert connection.execute("SELECT id FROM app.audit").fetchall() == [(7,)]
        assert connection.execute(
            "SELECT relowner::regrole::text FROM pg_class WHERE oid = 'app.audit'::regclass"
        ).fetchone() == ("app_owner",)
    assert left.run("apply", "--yes").code == 0
    assert left.run("plan", "--check").code == 0
    again = left.run("retire", "reader", *ALLOWED)
    assert (again.code, again.out.splitlines()[-1]) == (0, "There is no role reader any more.")


def test_who_is_a_member_loses_that_and_what_nobody_else_can_have_goes(few):
    """Nothing reassigns default privileges and user mappings, and nobody would want them."""
    few.run_sql("postgres", MEMBERS)
    few.run_sql("tenant_00", OWN)
    done = few.run("retire", "reader", "--plan")
    assert done.code == 0, done
    assert "  ! alice is a member of it, and loses that\n" in done.out
    granted = few.sandbox.major >= 16
    assert ("! bot is a member of other by its grant, and loses that\n" in done.out) is granted
    assert "web is a member" not in done.out, "that is the file's"
    assert "- default privileges on new relations belonging to role reader\n" in done.out
    assert "- user mapping for reader on server s\n" in done.out
    go = ("retire", "reader", "--yes", "--allow", "destroys")
    assert few.run(*go).code == 3
    done = few.run(*go, "--allow", "cuts_off")
    assert done.code == 0, done
    assert knows(few) == []


def test_one_that_was_interrupted_is_finished_by_the_next(few):
    few.run_sql("postgres", "ALTER ROLE reader LOGIN")
    few.run_sql("tenant_00", "CREATE SCHEMA theirs AUTHORIZATION reader")
    lock = "app.notes IN ACCESS SHARE"
    code, err = interrupted(few, lock, "retire", "reader", *ALLOWED, "--lock-timeout", "20s")
    assert (code, "✓ no login any more" in err) == (130, True), err
    assert knows(few) == [(False,)]
    done = few.run("retire", "reader", *ALLOWED)
    assert done.code == 0, done
    assert "✓ tenant_00: nothing left" in done.err
    assert knows(few) == []


def test_a_database_that_lets_nobody_in_is_in_the_way(few):
    few.run_sql("postgres", "CREATE DATABASE billing")
    few.run_sql("billing", "GRANT CREATE ON SCHEMA public TO reader")
    few.run_sql("postgres", "ALTER DATABASE billing ALLOW_CONNECTIONS false")
    try:
        done = few.run("retire", "reader", *ALLOWED)
    finally:
        few.run_sql("postgres", "ALTER DATABASE billing ALLOW_CONNECTIONS true")
    assert done.code == 1
    assert "for billing (it lets nobody in)" in " ".join(done.err.split())
    assert knows(few) == [(False,)]
