"""`jwtroles import` of a database that jwtroles manages gives the file back that made it.

Two files are the same where they compile to the same catalog on the same database, and say the
same about tokens: that is what is left of a file without its comments, names and spelling.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jwtroles.applier import apply
from jwtroles.decompile import Imported, import_database
from jwtroles.names import is_glob
from jwtroles.reader.connection import connect
from jwtroles.spec.load import load, load_text
from jwtroles.spec.resolve import resolve
from jwtroles.spec.word import Word
from jwtroles.verifier.key_sources import read_keys
from jwtroles.workflow import look, make_plan
from tests.attack import tokens
from tests.attack.shop import prepared
from tests.convergence.test_convergence import keys
from tests.pages import ROOT
from tests.servers import MAJORS, Clusters
from tests.workbench import EVERYTHING, described, plan_and_apply

__all__ = ["keys"]

if TYPE_CHECKING:
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Environment, Spec

EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/jwtroles.yaml"))
EVERYWHERE = {"saas", "saas-gateway"}
CASES = [
    (major, folder)
    for folder in EXAMPLES
    for major in (MAJORS if folder.name in EVERYWHERE else MAJORS[-1:])
]


def environment(spec: Spec) -> Environment | None:
    return next((one for name, one in spec.environments.items() if name == "dev"), None)


def about_tokens(spec: Spec) -> dict[str, Any]:
    """Return what a file says about tokens: claims that decide nothing leave no trace."""
    claims = {str(c.name): replace(c, place=None) for c in spec.tokens.claims.values() if c.trusted}
    issuers = {
        str(one.name): replace(one, keys=None, algorithms=(), audience=tuple(sorted(one.audience)))
        for one in spec.tokens.issuers.values()
    }
    rest = replace(spec.tokens, claims={}, issuers={})
    verifies = spec.tokens.verify == "database"
    return {"claims": claims, "issuers": issuers if verifies else {}, "rest": rest}


def about_roles(spec: Spec) -> dict[str, Any]:
    """Return what a file says of roles apart from tables, whose rights the catalog has."""
    logins = {name for login in spec.database.connect_as for name in [login.name]}
    return {
        str(name): (
            role.token,
            role.login,
            frozenset(role.inherits),
            dict(role.settings),
            role.connection_limit,
            str(role.comment or ""),
        )
        for name, role in spec.roles.items()
        if name not in logins and (role.token or role.objects() or role.tables)
    }


@pytest.mark.parametrize(("major", "folder"), CASES, ids=[f"{m}-{f.name}" for m, f in CASES])
def test_an_example_comes_back(cluster: Clusters, major: int, folder: Path) -> None:
    """Its plan is empty, and it compiles to the same catalog as the file that was applied."""
    original = load(folder / "jwtroles.yaml")
    where = environment(original)
    with cluster(major).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.load(folder / "schema.sql")
        spec = comes_back(session, original, where)
    assert about_tokens(spec) == about_tokens(original)
    assert about_roles(spec) == about_roles(resolve(original, where))


def comes_back(session: Connection, original: Spec, where: Environment | None) -> Spec:
    """Apply a file, import the database, and return the file that came of it."""
    planned = make_plan(session, original, where)
    apply(session, planned.plan, planned.scope, allow=EVERYTHING)
    made = import_database(session, "another_name")
    assert import_database(session, "another_name") == made
    spec = load_text(made.text)
    found = read_keys(spec, None, documents=dict(documents(made, spec)))
    assert make_plan(session, spec, None, found).plan.steps == ()
    wanted = look(session, original, where).desired
    assert described(look(session, spec, None, found).desired) == described(wanted)
    assert spec.keep == ()
    return spec


def test_what_one_call_decides_is_taken_apart_again(
    cluster: Clusters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Floors through a parent and lists of lookups beside a role's own rows, and in views."""
    monkeypatch.setenv("SHOP_SHARED_SECRET", tokens.SECRET)
    with cluster(max(MAJORS)).fresh() as sandbox:
        original = prepared(sandbox, tmp_path, tokens.Keys(), monkeypatch)
        with connect(sandbox.url) as session:
            spec = comes_back(session, original, environment(original))
    lines, tasks = (
        spec.roles[Word("auditor")].tables[Word(f"shop.{t}")] for t in ("lines", "tasks")
    )
    assert [str(access.rows) for access in (*lines, *tasks)] == [
        "by_user = claims.sub",
        "project_id in (my_projects)",
    ]
    own = spec.views[Word("shop.own_notes")].columns[Word("note")]
    assert own.startswith("case when owner_id = claims.sub then note ")
    assert spec.views[Word("shop.own_invoices")].rows == "owner_id = claims.sub"


def documents(made: Imported, spec: Spec) -> list[tuple[str, Any]]:
    found = {document.path: document for document in made.documents}
    issuers = spec.tokens.issuers.values()
    return [(str(one.name), found[str(one.keys)]) for one in issuers if str(one.keys) in found]


def test_saas_comes_back_as_short_as_it_was(cluster: Clusters) -> None:
    """At most 1.5 times the lines of the example without its tests, and as many globs."""
    folder = ROOT / "examples" / "saas"
    original = load(folder / "jwtroles.yaml")
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.load(folder / "schema.sql")
        planned = make_plan(session, original, environment(original))
        apply(session, planned.plan, planned.scope, allow=EVERYTHING)
        made = import_database(session, "acme")
    source = (folder / "jwtroles.yaml").read_text("utf-8").partition("\ntests:\n")[0]
    assert len(made.text.splitlines()) <= 1.5 * len(source.splitlines())
    spec = load_text(made.text)
    assert globs(spec) == globs(original)
    assert [floor.through for floor in spec.tenancy] == [
        floor.through for floor in original.tenancy
    ]
    assert "sesame" not in made.text


def globs(spec: Spec) -> list[tuple[str, str]]:
    return sorted((str(n), str(p)) for n, r in spec.roles.items() for p in r.tables if is_glob(p))


HARD = """\
jwtroles: 1
project: acme
database: {schemas: [app]}
tokens:
  verify: database
  issuers: {https://a.example/: {audience: [x], keys: "${KEYS}"}}
  claims: {sub: {type: uuid}, tenant: {type: uuid}}
mapping: [{claim: sub, present: true, role: member}, {claim: tenant, present: true, role: above}]
tenancy:
  - {name: tenant, rows: tenant = claims.tenant and tenant is not null, tables: [app.*],
     lifted_for: [above]}
  - {name: author, rows: author = claims.sub, tables: [app.a, app.b]}
roles:
  above: {tables: {app.*: {select: all}}}
  member:
    tables:
      app.a: {update: {rows: "kind in ('a', 'b')", check: amount > -1 and amount < 5::bigint}}
      app.b: {select: {rows: "kind in ('a', 'b')"}}
"""
TABLES = """
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    CREATE SCHEMA app;
    CREATE TABLE app.a (id int, tenant uuid, author uuid, kind varchar(9), amount numeric(9, 2));
    CREATE TABLE app.b (LIKE app.a);
    CREATE TABLE app.c (LIKE app.a);
"""


def test_floors_stand_in_their_order_and_conditions_in_forms_of_their_own(
    cluster: Clusters,
) -> None:
    """A gate has what asks no claim last, and `in` is stored as one text only as it was written."""
    original = load_text(HARD.replace("${KEYS}", "${RSA_KEY}"))
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql(TABLES)
        plan_and_apply(session, original)
        made = load_text(import_database(session, "acme").text)
    assert [floor.name for floor in made.tenancy] == ["tenant", "author"]
    assert made.keep == ()
    said = {str(table): rights for table, rights in made.roles[Word("member")].tables.items()}
    (update,) = said["app.a"]
    assert update.rows == "kind in ('a', 'b')"
    assert "cast(5 as bigint)" in str(update.check)


def test_a_secret_stays_in_its_variable(cluster: Clusters, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file names a variable for the secret of an issuer; the database tells nobody."""
    secret = "sesame-" * 8
    monkeypatch.setenv("PLATFORM_SECRET", secret)
    original = load_text(SECRET)
    with cluster(max(MAJORS)).fresh() as sandbox, connect(sandbox.url) as session:
        sandbox.run_sql("CREATE SCHEMA app; CREATE TABLE app.a (id int, owner uuid)")
        planned = make_plan(session, original, None)
        apply(session, planned.plan, planned.scope, allow=EVERYTHING)
        made = import_database(session, "acme")
        monkeypatch.setenv("ACME_LEGACY_SECRET", secret)
        assert make_plan(session, load_text(made.text), None).plan.steps == ()
    assert 'legacy: "${ACME_LEGACY_SECRET}"' in made.text
    assert "sesame" not in made.text


SECRET = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: web}
tokens:
  verify: database
  issuers:
    https://a.example/:
      audience: [x]
      algorithms: [HS256]
      secrets: {legacy: "${PLATFORM_SECRET}"}
  claims: {sub: {type: uuid, required: true}}
mapping: [{claim: sub, present: true, role: member}]
roles: {member: {tables: {app.a: {select: {rows: owner = claims.sub}}}}}
"""
