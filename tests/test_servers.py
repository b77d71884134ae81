"""The sandbox itself: clean at the start, on every server and for both applying roles."""

from __future__ import annotations

import psycopg
import pytest

from tests.servers import ROLES

SCHEMA = """
    CREATE ROLE app_owner NOLOGIN;
    CREATE SCHEMA app AUTHORIZATION app_owner;
    SET ROLE app_owner;
    CREATE TABLE app.notes (id int);
"""


def test_applier_creates_a_role_and_grants_to_it(sandbox, applier, record_case):
    sandbox.run_sql(SCHEMA)
    with psycopg.connect(sandbox.applier_url(applier)) as connection:
        connection.execute("CREATE ROLE reader NOLOGIN")
        connection.execute("GRANT SELECT ON app.notes TO reader")
        (superuser,) = connection.execute(
            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone()

    assert superuser == (applier == "superuser")
    assert sandbox.rows("SELECT has_table_privilege('reader', 'app.notes', 'SELECT')") == [(True,)]
    assert sandbox.rows("SHOW server_version_num")[0][0].startswith(str(sandbox.major))
    record_case(sandbox.major, applier)


def test_nothing_of_one_sandbox_is_in_the_next(cluster, sandbox):
    sandbox.run_sql(SCHEMA)
    sandbox.make_deployer()
    deployer = sandbox.connect("deployer")
    deployer.execute("CREATE ROLE made_by_deployer; CREATE ROLE a; GRANT made_by_deployer TO a")
    sandbox.run_sql("GRANT CONNECT ON DATABASE postgres TO made_by_deployer")
    sandbox.run_sql("ALTER ROLE ALL SET statement_timeout = '1min'")
    sandbox.create_database("other")
    # What the fixture does at the end of a test.
    own = cluster(sandbox.major)
    sandbox.close()
    own._in_use = False
    with own.fresh() as fresh:
        assert fresh.rows(ROLES) == []
        assert fresh.rows("SELECT datname FROM pg_database WHERE datname = 'other'") == []
        assert fresh.rows("SELECT nspname FROM pg_namespace WHERE nspname = 'app'") == []
        assert fresh.rows("SHOW statement_timeout") == [("0",)]


def test_a_server_has_one_sandbox_at_a_time(cluster, sandbox):
    with pytest.raises(RuntimeError, match="one sandbox"), cluster(sandbox.major).fresh():
        pass
