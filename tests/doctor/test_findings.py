"""Each finding on a server that has the fault, and its remedy, which mends it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from jwtroles.doctor import Severity, examine
from jwtroles.reader.connection import connect
from tests.transport.contract import LOGIN, SCHEMA, Contract
from tests.transport.standby import replicated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.doctor import Examination, Finding
    from jwtroles.spec.model import Spec
    from tests.servers import Clusters, Sandbox

DEPLOYER = "deployer"


@dataclass(frozen=True)
class Applied:
    """The billing example, applied by a role with CREATEROLE."""

    sandbox: Sandbox
    spec: Spec
    url: str

    def examined(self, *, user: str = DEPLOYER, spec: bool = True) -> Examination:
        environment = next(iter(self.spec.environments.values()))
        with connect(self.sandbox.url_for(user)) as connection:
            return examine(connection, *((self.spec, environment) if spec else ()))


@pytest.fixture(scope="module", params=[14, 16, 18])
def applied(
    request: pytest.FixtureRequest, cluster: Clusters, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Applied]:
    with cluster(request.param).fresh() as sandbox:
        sandbox.load(SCHEMA)
        contract = Contract(
            tmp_path_factory.mktemp("site"),
            (
                (
                    "  connect_as: acme_authenticator",
                    "  connect_as: acme_authenticator\n  adopt: [auditor]",
                ),
            ),
        )
        url = sandbox.make_deployer()
        sandbox.run_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        contract.apply(url)
        yield Applied(sandbox, contract.spec(), url)


def told(found: Examination) -> set[tuple[str, str]]:
    return {(one.severity.value, one.problem.code.id) for one in found.findings}


def of(found: Examination, code: str) -> list[Finding]:
    return [one for one in found.findings if one.problem.code.id == code]


MEMBER = "GRANT {0} TO acme_authenticator"

GIVEN = """
SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members
WHERE member = 'acme_authenticator'::regrole OR roleid = 'app_owner'::regrole ORDER BY 1, 2
"""

FAULTS = {
    "superuser login": ("ALTER ROLE acme_authenticator SUPERUSER", "error", "JR863"),
    "bypassrls login": ("ALTER ROLE acme_authenticator BYPASSRLS", "error", "JR863"),
    "bypassrls token role": ("ALTER ROLE member BYPASSRLS", "error", "JR863"),
    "createrole login": ("ALTER ROLE acme_authenticator CREATEROLE", "error", "JR863"),
    "login in the owner": (MEMBER.format("app_owner"), "error", "JR864"),
    "login in the data": (MEMBER.format("pg_read_all_data"), "error", "JR864"),
    "token role in the owner": ("GRANT app_owner TO member", "error", "JR864"),
    "a step between": (
        "CREATE ROLE between; GRANT postgres TO between; " + MEMBER.format("between"),
        "error",
        "JR864",
    ),
    "login cannot log in": ("ALTER ROLE acme_authenticator NOLOGIN", "warning", "JR866"),
    "login is over": (
        "ALTER ROLE acme_authenticator VALID UNTIL '2020-01-01'",
        "warning",
        "JR866",
    ),
    "login has no connection": (
        "ALTER ROLE acme_authenticator CONNECTION LIMIT 0",
        "warning",
        "JR866",
    ),
    "login may not connect": (
        "REVOKE CONNECT ON DATABASE sandbox FROM PUBLIC, acme_authenticator",
        "warning",
        "JR866",
    ),
    "applier without createrole": (
        "GRANT auditor TO deployer WITH ADMIN OPTION; ALTER ROLE deployer NOCREATEROLE",
        "error",
        "JR858",
    ),
    "everybody creates": (
        "CREATE SCHEMA theirs; GRANT CREATE ON SCHEMA theirs TO PUBLIC",
        "error",
        "JR878",
    ),
    "applier no owner": ("REVOKE app_owner FROM deployer", "error", "JR859"),
}
"""Name → what somebody does, and the finding: its remedy undoes it."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_its_remedy_mends_it(applied: Applied, name: str) -> None:
    done, severity, code = FAULTS[name]
    before, given = applied.examined(), applied.sandbox.rows(GIVEN)
    assert (severity, code) not in told(before)
    applied.sandbox.run_sql(done)
    found = applied.examined()
    assert (severity, code) in told(found)
    assert found.exit_code == (1 if severity == "error" or before.exit_code else 0)
    for one in of(found, code):
        applied.sandbox.run_sql("; ".join(statements(one.problem.remedy)))
    assert told(applied.examined()) == told(before)
    assert applied.sandbox.rows(GIVEN) == given, "a remedy takes nothing that the file gives"


def statements(remedy: str) -> list[str]:
    """Return the SQL of a remedy."""
    return [part.strip() for part in re.findall(r"(?:ALTER|GRANT|REVOKE) [^;]*", remedy)]


def test_a_login_that_inherits_needs_no_token(applied: Applied) -> None:
    sandbox = applied.sandbox
    sandbox.run_sql(
        "GRANT member TO acme_authenticator WITH INHERIT TRUE GRANTED BY deployer"
        if sandbox.major >= 16
        else "ALTER ROLE acme_authenticator INHERIT"
    )
    (one,) = of(applied.examined(), "JR865")
    assert "member" in one.problem.message
    assert one.severity is Severity.WARNING
    sandbox.run_sql("; ".join(statements(one.problem.remedy)), user=DEPLOYER)
    assert not of(applied.examined(), "JR865")


def test_before_the_first_apply_the_schema_and_adopted_roles_have_to_be_possible(
    applied: Applied,
) -> None:
    sandbox = applied.sandbox
    sandbox.run_sql(
        "CREATE ROLE novice LOGIN CREATEROLE IN ROLE app_owner; "
        "GRANT CONNECT, TEMPORARY ON DATABASE sandbox TO novice"
    )
    found = told(applied.examined(user="novice"))
    assert (("error", "JR860") in found) == (sandbox.major >= 16)
    assert ("error", "JR861") not in found, "the schema is there"
    sandbox.run_sql("ALTER SCHEMA jwtroles RENAME TO away")
    try:
        assert ("error", "JR861") in told(applied.examined(user="novice"))
    finally:
        sandbox.run_sql(
            "ALTER SCHEMA away RENAME TO jwtroles; DROP OWNED BY novice; DROP ROLE novice"
        )


def test_a_role_that_plans_is_told_so_and_needs_temporary(applied: Applied) -> None:
    sandbox = applied.sandbox
    sandbox.run_sql("CREATE ROLE looker LOGIN; GRANT CONNECT ON DATABASE sandbox TO looker")
    found = told(applied.examined(user="looker"))
    assert ("warning", "JR857") in found
    # `verify: database` takes TEMPORARY from PUBLIC.
    assert ("error", "JR862") in found
    sandbox.run_sql("GRANT TEMPORARY ON DATABASE sandbox TO looker")
    assert ("error", "JR862") not in told(applied.examined(user="looker"))
    sandbox.run_sql("DROP OWNED BY looker; DROP ROLE looker")


SETTINGS = {
    "log_statement = 'all'": {"JR867"},
    "log_min_duration_statement = 0": {"JR867"},
    "log_min_duration_sample = 0": {"JR867"},
    "log_transaction_sample_rate = 1": {"JR867"},
    "log_statement = 'mod'": set(),
    "log_parameter_max_length_on_error = -1": {"JR868"},
    "row_security = off": {"JR872"},
    "session_preload_libraries = 'auto_explain'": {"JR873"},
}
"""A setting of the database → what there is to say of it."""


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("whose", ["DATABASE sandbox", "ROLE acme_authenticator"])
def test_a_setting_counts_as_the_login_has_it(applied: Applied, setting: str, whose: str) -> None:
    before = told(applied.examined(user="postgres"))
    applied.sandbox.run_sql(f"ALTER {whose} SET {setting}")
    after = told(applied.examined(user="postgres"))
    applied.sandbox.run_sql(f"ALTER {whose} RESET ALL")
    assert {code for _, code in after - before} == SETTINGS[setting]


def test_a_session_that_is_read_only(applied: Applied) -> None:
    applied.sandbox.run_sql("ALTER ROLE deployer SET default_transaction_read_only = on")
    assert ("error", "JR853") in told(applied.examined())
    applied.sandbox.run_sql("ALTER ROLE deployer RESET ALL")
    assert ("error", "JR853") not in told(applied.examined())


def test_a_setting_of_the_login_wins(applied: Applied) -> None:
    sandbox = applied.sandbox
    sandbox.run_sql("ALTER DATABASE sandbox SET log_statement = 'all'")
    sandbox.run_sql(f"ALTER ROLE {LOGIN} SET log_parameter_max_length = 0")
    assert not of(applied.examined(), "JR867")
    sandbox.run_sql(f"ALTER ROLE {LOGIN} IN DATABASE sandbox SET log_parameter_max_length = 10")
    (one,) = of(applied.examined(), "JR867")
    assert "up to 10 bytes" in one.problem.message
    sandbox.run_sql(
        f"ALTER DATABASE sandbox RESET ALL; ALTER ROLE {LOGIN} RESET ALL; "
        f"ALTER ROLE {LOGIN} IN DATABASE sandbox RESET ALL"
    )


def test_auto_explain_logs_parameters_since_16(applied: Applied) -> None:
    sandbox = applied.sandbox
    for role in ("postgres", LOGIN):
        sandbox.run_sql(f"ALTER ROLE {role} SET session_preload_libraries = 'auto_explain'")
    sandbox.run_sql("ALTER DATABASE sandbox SET auto_explain.log_min_duration = 100")
    found = told(applied.examined(user="postgres"))
    assert (("warning", "JR869") in found) == (sandbox.major >= 16)
    if sandbox.major >= 16:
        sandbox.run_sql("ALTER DATABASE sandbox SET auto_explain.log_parameter_max_length = 0")
        assert ("warning", "JR869") not in told(applied.examined(user="postgres"))
    sandbox.run_sql(
        "ALTER DATABASE sandbox RESET ALL; ALTER ROLE postgres RESET ALL; "
        f"ALTER ROLE {LOGIN} RESET ALL"
    )


def test_event_triggers_are_named(applied: Applied) -> None:
    sandbox = applied.sandbox
    login = sandbox.major >= 17
    sandbox.run_sql(
        "CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
        "CREATE EVENT TRIGGER ddl ON ddl_command_end EXECUTE FUNCTION noted();"
        + ("CREATE EVENT TRIGGER entry ON login EXECUTE FUNCTION noted();" if login else "")
    )
    messages = {one.problem.message for one in of(applied.examined(), "JR874")}
    sandbox.run_sql("DROP FUNCTION noted CASCADE")
    assert any("ddl (ddl_command_end) runs in DDL of apply" in one for one in messages)
    assert (
        any("entry (login) runs in each session that logs in" in one for one in messages) == login
    )
    assert not of(applied.examined(), "JR874")


def test_without_a_file_marked_roles_are_looked_at(applied: Applied) -> None:
    found = applied.examined(spec=False)
    assert found.target == ""
    assert LOGIN in next(check.said for check in found.checks if check.name == "logins")
    applied.sandbox.run_sql(f"ALTER ROLE {LOGIN} BYPASSRLS")
    assert of(applied.examined(spec=False), "JR863")
    applied.sandbox.run_sql(f"ALTER ROLE {LOGIN} NOBYPASSRLS")


@pytest.mark.parametrize("seconds", [-60, 60])
def test_clocks_that_differ(applied: Applied, seconds: int) -> None:
    with connect(applied.url) as connection:
        found = examine(connection, now=lambda: time.time() - seconds)
        slow = iter(range(-100, 100, 20))
        unsure = examine(connection, now=lambda: time.time() + next(slow) / 2)
    (one,) = of(found, "JR856")
    assert f"60 s {'ahead of' if seconds > 0 else 'behind'}" in one.problem.message
    assert told(unsure) >= told(found) - {("warning", "JR856")}


def test_a_standby() -> None:
    with replicated(18) as pair:
        pair.reach()
        with connect(pair.standby.url("sandbox")) as connection:
            found = examine(connection)
    assert ("error", "JR853") in told(found)
    assert "standby" in found.checks[0].said
