"""The Supabase-shaped example: the platform's roles stay, its grants are narrowed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jwtroles import policy_tests
from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.report.policy_tests import render_tests
from jwtroles.spec.load import load
from jwtroles.workflow import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers import Sandbox

EXAMPLE = Path(__file__).parents[2] / "examples" / "supabase"
SPEC = load(EXAMPLE / "jwtroles.yaml")
ENVIRONMENT = next(value for key, value in SPEC.environments.items() if key == "dev")
PLATFORM = ("anon", "authenticated", "service_role", "authenticator")
AS_IT_WAS = """
SELECT r.rolname, r.rolcanlogin, r.rolinherit, r.rolbypassrls, r.rolconnlimit,
       shobj_description(r.oid, 'pg_authid'),
       ARRAY(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = r.oid ORDER BY 1)
FROM pg_roles AS r
WHERE r.rolname IN ('anon', 'authenticated', 'service_role', 'authenticator')
ORDER BY 1
"""
STORAGE = """
SELECT relacl::text, relrowsecurity, relforcerowsecurity FROM pg_class
WHERE oid = 'storage.objects'::regclass
UNION ALL SELECT nspacl::text, NULL, NULL FROM pg_namespace WHERE nspname = 'storage'
"""


@pytest.fixture
def project(
    sandbox: Sandbox, applier: str, record_case: Callable[[int, str], None]
) -> Iterator[tuple[Sandbox, str]]:
    sandbox.load(EXAMPLE / "schema.sql")
    yield sandbox, sandbox.applier_url(applier, owner="project_owner")
    record_case(sandbox.major, applier)


def test_the_platform_stays_and_the_tests_of_the_example_pass(project: tuple[Sandbox, str]) -> None:
    sandbox, url = project
    before, storage = sandbox.rows(AS_IT_WAS), sandbox.rows(STORAGE)
    with connect(url) as connection:
        made = make_plan(connection, SPEC, ENVIRONMENT)
        assert [one.code.id for one in made.plan.remarks if one.code.id > "JR512"] == ["JR520"] * 2
        apply(connection, made.plan, made.scope)
        assert make_plan(connection, SPEC, ENVIRONMENT).plan.empty
    assert sandbox.rows(AS_IT_WAS) == before
    assert sandbox.rows(STORAGE) == storage
    service = "SELECT has_table_privilege('service_role', 'public.webhooks', 'DELETE, TRUNCATE')"
    assert sandbox.rows(service) == [(True,)]
    with connect(sandbox.url) as connection:
        results = policy_tests.run(connection, SPEC)
    assert results.passed, render_tests(results)
    assert results.expectations == 14
