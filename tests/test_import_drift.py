"""`jwtroles import` of a managed database that somebody has changed by hand.

What is too much is said or kept. What jwtroles makes by itself and is not there is put back by the
plan of the imported file, which then makes the database what the project's own file makes it. What
can be neither said nor put back is refused by name. One database for each mode of `verify`: each
change is made, imported, and undone by the project's own file.
"""

from __future__ import annotations

import json
import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from jwtroles.applier import apply
from jwtroles.decompile import Imported, import_database
from jwtroles.errors import Refused
from jwtroles.planner.describe import describe
from jwtroles.spec.load import load_text
from jwtroles.verifier.key_sources import read_keys
from jwtroles.workflow import make_plan
from tests.convergence.test_convergence import keys
from tests.saved_plans.bench import run
from tests.servers import MAJORS
from tests.workbench import EVERYTHING, Workbench, loaded, plan_and_apply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jwtroles.planner.model import Plan
    from jwtroles.spec.model import Spec
    from jwtroles.verifier.key_sources import Keys
    from tests.servers import Clusters

__all__ = ["keys"]


@pytest.fixture(autouse=True)
def secret(keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the variable that imported files name for a secret."""
    monkeypatch.setenv("ACME_S_SECRET", os.environ["HMAC_SECRET"])


SCHEMA = """
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE ROLE app_owner;
CREATE ROLE etl;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.bills (id int PRIMARY KEY, tenant uuid, owner uuid, note text);
CREATE TABLE app.lines (id int, bill int);
CREATE TABLE app.notes (id int, tenant uuid, body text);
CREATE TABLE app.plans (id int, name text);
RESET ROLE;
"""
SPEC = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: gate}
tokens:
  verify: %s
  claims: {sub: {type: uuid, required: true}, tenant: {type: uuid}, roles: {type: "text[]"}}
mapping:
  - {claim: roles, contains: boss, role: boss}
  - {claim: sub, present: true, role: member}
tenancy:
  rows: tenant = claims.tenant
  tables: [app.*]
  except: [app.plans]
  through: {app.lines: {app.bills: lines.bill = bills.id}}
roles:
  member:
    comment: reads and writes its own
    tables:
      app.bills: {select: all, update: {columns: [note], rows: owner = claims.sub}}
      app.lines: {select: all}
      app.plans: {select: [id]}
    settings: {statement_timeout: 5s}
  boss:
    tables: {app.*: {select: all}, app.notes: {delete: all}}
views:
  app.titles: {from: app.notes, columns: {id: id}, grant: {member: [select]}}
"""
ISSUERS = """database
  issuers:
    https://id.example/: {audience: [db], algorithms: [RS256], keys: "${RSA_KEY}"}
    https://old.example/: {audience: [db], algorithms: [HS256], secrets: {s: "${HMAC_SECRET}"}}"""
FILES = {"gateway": SPEC % "gateway", "database": SPEC % ISSUERS}
MAJOR = {"gateway": 14, "database": 18}


@contextmanager
def managed(cluster: Clusters, mode: str, major: int = 0) -> Iterator[Workbench]:
    """Give a database as its file made it."""
    with cluster(major or MAJOR[mode]).fresh() as sandbox, closing(Workbench(sandbox)) as bench:
        bench.run_sql(SCHEMA)
        plan_and_apply(bench.session(), loaded(FILES[mode]))
        yield bench


def drift(bench: Workbench, spec: Spec) -> list[tuple[str, str]]:
    """Return what a file would change."""
    return changes(make_plan(bench.session(), spec, None).plan)


def changes(plan: Plan) -> list[tuple[str, str]]:
    return [(step.verb, describe(step.change)) for step in plan.steps]


def keys_of(spec: Spec, made: Imported) -> Keys:
    """Return the keys of an imported file."""
    return read_keys(
        spec, None, documents=dict(zip(["https://id.example/"], made.documents, strict=False))
    )


GUARD = {"gateway": "jr_floor", "database": "jr_member_gate"}
"""What holds the floor of a member."""

HOLES = {
    "row security is off": "ALTER TABLE app.bills DISABLE ROW LEVEL SECURITY",
    "a floor lets all rows through": "ALTER POLICY {guard} ON app.notes USING (true)",
    "a floor is gone": "DROP POLICY {guard} ON app.bills",
    "a floor is for others": "ALTER POLICY {guard} ON app.lines TO boss",
    "an accessor says what one likes": "CREATE OR REPLACE FUNCTION jwtroles.claim_tenant({takes})"
    " RETURNS uuid LANGUAGE sql RETURN NULL::uuid",
    "the mapping is anybody's": "GRANT INSERT, UPDATE ON jwtroles.claim_role TO member, PUBLIC",
    "a role may make roles": "ALTER ROLE member CREATEROLE",
    "no row security binds a role": "ALTER ROLE member BYPASSRLS; ALTER ROLE gate INHERIT",
    "a role of tokens may log in": "ALTER ROLE boss LOGIN",
    "a login is somebody from the start": "ALTER ROLE gate SET role = 'boss'",
    "the login has rights of its own": "GRANT TRUNCATE ON app.bills TO gate",
    "the login has the owner's rights": "GRANT app_owner TO gate",
    "a role may make objects": "GRANT CREATE ON SCHEMA app TO member",
    "a view runs as the owner of its table": "ALTER VIEW app.titles OWNER TO app_owner",
    "a view hides nothing from functions": "ALTER VIEW app.titles RESET (security_barrier)",
    "a table of jwtroles is another one": "ALTER TABLE jwtroles.claim_role ADD note text",
}
GONE = "all gates of a table are gone"
GUESSED = "app.notes has lost every gate: it is taken to stand under each floor that fits"

CLOSED = {
    GONE: "DROP POLICY jr_boss_gate ON app.notes;"
    "DROP POLICY jr_member_gate ON app.notes; DROP POLICY jr_acme_view_titles_gate ON app.notes",
    "a gate asks nobody": "ALTER POLICY jr_boss_gate ON app.plans USING (true)",
    "a gate asks no login": "ALTER POLICY jr_boss_gate ON app.notes USING (tenant IS NOT NULL)",
    "everybody may make objects": "GRANT TEMPORARY ON DATABASE sandbox TO PUBLIC",
    "the verifier believes what it reads": "CREATE OR REPLACE FUNCTION jwtroles.verify(token text,"
    " OUT claims jsonb, OUT key int, OUT expires timestamptz) LANGUAGE sql"
    " AS 'SELECT token::jsonb, 1, now()'",
}
"""Holes where the database verifies tokens."""


@pytest.mark.parametrize("mode", MAJOR)
def test_what_jwtroles_makes_by_itself_is_put_back(cluster: Clusters, mode: str) -> None:
    """The plan of the imported file is what the project's own file would do, and no more."""
    takes = "text[]" if mode == "database" else ""
    original = loaded(FILES[mode])
    with managed(cluster, mode) as bench:
        for name, sql in (HOLES | (CLOSED if mode == "database" else {})).items():
            bench.run_sql(sql.format(guard=GUARD[mode], takes=takes))
            wanted = drift(bench, original)
            made = import_database(bench.session(), "acme")
            found = load_text(made.text)
            planned = make_plan(bench.session(), found, None, keys_of(found, made))
            assert changes(planned.plan) == wanted != [], name
            told = [one.message.partition(": ")[0] for one in made.restored]
            assert told == [" ".join(one) for one in wanted], name
            assert all(f"# JR820: {one.message}" in made.text for one in made.restored), name
            assert "is empty there" not in made.text, name
            assert found.keep == (), name
            guessed = [one.message for one in made.notes if one.code.id == "JR821"]
            assert guessed == ([GUESSED] if name == GONE else []), name
            apply(bench.session(), planned.plan, planned.scope, allow=EVERYTHING)
        assert drift(bench, original) == []


NO_ROWS = "granted, and no policy of jwtroles gives rows there"
WITHOUT = "changed by hand, or without the right that goes with it"

EXTRAS = {
    "GRANT DELETE ON app.bills TO member": [
        f"grant app.bills to member privilege delete: {NO_ROWS}"
    ],
    "GRANT UPDATE ON app.plans TO PUBLIC": [
        "grant app.plans to PUBLIC privilege update: granted by hand"
    ],
    "GRANT SELECT ON app.bills TO member WITH GRANT OPTION": [
        "grant app.bills to member privilege select attribute grant_option: WITH GRANT OPTION"
    ],
    "CREATE POLICY mine ON app.notes TO member USING (true)": [
        "policy app.notes name mine: made by hand: permissive, for all to member"
    ],
    "CREATE POLICY less ON app.notes AS RESTRICTIVE FOR DELETE TO etl, boss USING (id > 7)": [
        "policy app.notes name less: made by hand: restrictive, for delete to boss, etl"
    ],
    "ALTER POLICY jr_boss_delete ON app.notes TO PUBLIC": [
        f"policy app.notes name jr_boss_delete: {WITHOUT}: permissive, for delete to PUBLIC",
        f"grant app.notes to boss privilege delete: {NO_ROWS}",
    ],
    "DROP POLICY jr_boss_delete ON app.notes": [
        f"grant app.notes to boss privilege delete: {NO_ROWS}",
    ],
    "REVOKE DELETE ON app.notes FROM boss": [
        f"policy app.notes name jr_boss_delete: {WITHOUT}: permissive, for delete to boss",
    ],
    "ALTER ROLE member SET work_mem = '8MB'": [
        "setting work_mem of member: stored for every database"
    ],
    "ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA app GRANT SELECT ON TABLES TO member": [
        "grant new tables in app to member privilege select: default privileges of app_owner"
    ],
    "GRANT boss TO member": ["membership boss of member: made by hand"],
    # What the language has words for.
    "GRANT SELECT (name) ON app.plans TO member": [],
    "ALTER POLICY jr_member_update ON app.bills USING (id > 0)": [],
    "ALTER ROLE boss CONNECTION LIMIT 3": [],
    "UPDATE jwtroles.claim_role SET role = 'member' WHERE position = 1": [],
}


def test_what_is_too_much_is_said_or_kept(cluster: Clusters) -> None:
    """The plan of the imported file is empty, and each entry of `keep` is told (JR811)."""
    with managed(cluster, "gateway", max(MAJORS)) as bench:
        for sql, kept in EXTRAS.items():
            bench.run_sql(sql)
            made = import_database(bench.session(), "acme")
            found = load_text(made.text)
            assert drift(bench, found) == [], sql
            assert made.restored == ()
            assert [n.message for n in made.notes if n.code.id == "JR811"] == kept, sql
            assert len(found.keep) == len(kept)
            plan_and_apply(bench.session(), loaded(FILES["gateway"]))


NO_MARK = "is a role of tokens without the mark of the project acme: it is taken for a platform's"

GONE_TOO = "is of the project acme, whose floors and claims may be gone with it"

REFUSALS = {
    "REVOKE USAGE ON SCHEMA app FROM member": (
        "usage on schema app for member is not as jwtroles makes it: the plan would add it",
        "by hand: GRANT USAGE ON SCHEMA app TO member",
    ),
    "UPDATE jwtroles.claim_role SET conditions = '[]' WHERE position = 1": (
        "row 1 of jwtroles.claim_role asks nothing: every token becomes boss",
        "DELETE FROM jwtroles.claim_role WHERE position = 1, and import again",
    ),
    "UPDATE jwtroles.claim_role SET role = 'etl' WHERE position = 2": (
        "row 2 of jwtroles.claim_role makes tokens etl, which is not of the project acme",
        "DELETE FROM jwtroles.claim_role WHERE position = 2, and import again",
    ),
    "ALTER TABLE jwtroles.claim_role RENAME conditions TO asked": (
        "the table jwtroles.claim_role has no column conditions: its rows say nothing any more",
        "plan and apply the project's own file, then import",
    ),
    "DROP FUNCTION jwtroles.claim_sub(text[]) CASCADE": (
        "claim_sub() is gone from the schema jwtroles, and each policy that asked it",
        "plan and apply the project's own file, then import",
    ),
    "DROP FUNCTION jwtroles.issue_ticket(text, text) CASCADE": (
        "the schema jwtroles is not as jwtroles made it: issue_ticket() is gone",
        "plan and apply the project's own file, then import",
    ),
    "COMMENT ON ROLE member IS NULL; ALTER ROLE member CREATEDB": (
        f"member {NO_MARK}",
        "if it is the project's:  COMMENT ON ROLE member IS '[jwtroles: acme]'",
    ),
    "ALTER POLICY jr_boss_select ON app.bills TO boss, etl; DROP SCHEMA jwtroles CASCADE": (
        f"the schema jwtroles is gone: policy jr_boss_select on app.bills {GONE_TOO}",
        "plan and apply the project's own file, then import",
    ),
    "COMMENT ON SCHEMA jwtroles IS NULL": (
        "the schema jwtroles is there, and no mark says which project it is of",
        "where jwtroles made it:  COMMENT ON SCHEMA jwtroles IS '[jwtroles: PROJECT]'",
    ),
}


def test_what_can_be_neither_said_nor_put_back_is_refused_by_name(cluster: Clusters) -> None:
    """JR813 names each object, and what would set it right."""
    original = loaded(FILES["database"])
    with managed(cluster, "database") as bench:
        for sql, told in REFUSALS.items():
            bench.run_sql(sql)
            with pytest.raises(Refused) as caught:
                import_database(bench.session(), "acme")
            first = caught.value.problems[0]
            assert (first.code.id, first.message, first.remedy) == ("JR813", *told), sql
            assert caught.value.footer == "Nothing was written."
            bench.run_sql("COMMENT ON ROLE member IS 'reads and writes its own [jwtroles: acme]'")
            if "DROP SCHEMA" not in sql:
                bench.run_sql("COMMENT ON SCHEMA jwtroles IS '[jwtroles: acme]'")
            plan_and_apply(bench.session(), original)


def test_who_and_what_no_file_has_is_told(cluster: Clusters) -> None:
    """JR810 names roles outside the project; JR816 tables that a floor may have lost."""
    with managed(cluster, "gateway") as bench:
        bench.run_sql(
            "GRANT SELECT ON app.plans TO etl; CREATE ROLE joe LOGIN; GRANT member TO joe;"
            "DROP POLICY jr_floor ON app.notes"
        )
        made = import_database(bench.session(), "acme")
    assert [f"{one.code.id} {one.message}" for one in made.notes] == [
        "JR810 etl has rights in these schemas and is not of the project acme",
        "JR810 joe is a member of member, and is not of the project acme",
        "JR816 app.notes does not stand under the floor `tenant = claims.tenant`",
    ]
    assert made.restored == ()


def test_the_command_writes_public_keys_beside_the_file(cluster: Clusters, tmp_path: Path) -> None:
    """No secret is in any file or line; what the plan puts back is told, with exit code 2."""
    with managed(cluster, "database") as bench:
        url = bench.sandbox.url
        said = run(tmp_path, "import", "--database", url, "--out", "jwtroles.yaml")
        assert (said.code, said.out) == (0, "")
        assert said.err.splitlines()[:2] == [
            "jwtroles.yaml: 2 roles, 1 floor, 1 view, 0 kept. Its plan is empty.",
            "  keys/acme.jwks.json: public keys",
        ]
        (key,) = json.loads((tmp_path / "keys" / "acme.jwks.json").read_text("utf-8"))["keys"]
        (given,) = json.loads(os.environ["RSA_KEY"])["keys"]
        assert {**given, "use": "sig"} == key
        text = (tmp_path / "jwtroles.yaml").read_text("utf-8")
        assert "keys: keys/acme.jwks.json" in text
        assert 's: "${ACME_S_SECRET}"' in text
        assert os.environ["HMAC_SECRET"] not in text + said.err
        secret = {"ACME_S_SECRET": os.environ["HMAC_SECRET"]}
        said = run(tmp_path, "plan", "--database", url, "--check", "--quiet", **secret)
        assert (said.code, said.err) == (0, "")

        said = run(tmp_path, "import", "--database", url, "--out", "other.yaml")
        assert (said.code, "keys/acme.jwks.json is there already" in said.err) == (1, True)
        assert not (tmp_path / "other.yaml").exists()

        bench.run_sql("ALTER TABLE app.bills DISABLE ROW LEVEL SECURITY")
        force = ("--spec", "again.yaml", "--force")
        said = run(tmp_path, "init", "--from-database", "--database", url, *force)
        assert said.code == 2
        first, second = said.err.splitlines()[:2]
        assert first.endswith("Its plan puts back 1 thing and does nothing else.")
        enable = "ALTER TABLE app.bills ENABLE ROW LEVEL SECURITY"
        assert second == f"  JR820 alter row security of app.bills: {enable}"
        assert (tmp_path / "again.yaml").read_text("utf-8").startswith("# Who may do what")


def test_a_key_that_no_document_can_hold_is_told(cluster: Clusters) -> None:
    """JR812: a key that somebody wrote into the table, of which no more than digests are known."""
    with managed(cluster, "database") as bench:
        bench.run_sql("UPDATE jwtroles.signing_key SET exponent = 5 WHERE alg = 'RS256'")
        made = import_database(bench.session(), "acme")
    message = "rsa of https://id.example/: its exponent is not known, so no document has it"
    assert [f"{one.code.id} {one.message}" for one in made.notes] == [f"JR812 {message}"]
    assert made.documents == ()
