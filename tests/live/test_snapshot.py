"""A snapshot in the place of a database: the same plan, the same SQL, and no more than it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from jwtroles.applier import apply
from jwtroles.errors import CompileError, Exit
from jwtroles.offline import check_against, compile_alone, plan_against, take_snapshot
from jwtroles.reader.connection import connect
from jwtroles.reader.saved import load_snapshot, schema
from jwtroles.report.contract import render_json
from jwtroles.report.sql import render_sql
from jwtroles.report.text import render_plan
from jwtroles.workflow import make_plan
from tests.workbench import loaded

SAAS = Path(__file__).parents[2] / "examples" / "saas-gateway"
FILE = (SAAS / "jwtroles.yaml").read_text("utf-8")
BEFORE = """
    CREATE ROLE reporter NOLOGIN;
    CREATE ROLE analyst LOGIN PASSWORD 'sesame';
    GRANT reporter TO analyst;
    GRANT USAGE ON SCHEMA app TO reporter;
    GRANT SELECT ON app.invoices, app.plans TO reporter;
    CREATE FUNCTION app.key() RETURNS text LANGUAGE sql AS $$ SELECT 'sesame-body' $$;
    ALTER FUNCTION app.key() OWNER TO app_owner;
    COMMENT ON FUNCTION app.key() IS 'of another file [jwtroles: other]';
"""
DRIFT = """
    ALTER POLICY jr_member_update ON app.invoices USING (true);
    GRANT SELECT ON app.customers TO member;
    GRANT member TO analyst;
    CREATE POLICY more ON app.plans TO reporter USING (true);
    CREATE ROLE stray;
    COMMENT ON ROLE stray IS '[jwtroles: acme]';
    GRANT USAGE ON SCHEMA app TO stray;
    GRANT SELECT ON app.plans TO stray;
    GRANT stray TO analyst;
"""
ROLE = "\nroles:\n  {}:\n    tables:\n      app.plans: {{select: [id]}}\n"
QUERIES = FILE[FILE.index("queries:") : FILE.index("tests:")]
EDITS = {
    "as it is": FILE,
    "one column more": FILE.replace(
        "columns: [note, total]", "columns: [note, total, customer_id]"
    ),
    "a new role": FILE.replace("\nroles:\n", ROLE.format("newcomer")),
    "a role with the mark": FILE.replace("\nroles:\n", ROLE.format("stray")),
    "no query": FILE.replace(QUERIES, ""),
    "no condition": FILE.replace(", rows: own and unpaid", ""),
}
OTHER = FILE.replace("unpaid: status <> 'paid'", "unpaid: status <> 'paid' and abs(total) > 0")
SPELLED = FILE.replace("unpaid: status <> 'paid'", "unpaid: status <> 'paid'::app.invoice_status")


def spec_of(text):
    spec = loaded(text, "jwtroles.yaml")
    return spec, next(e for name, e in spec.environments.items() if name == "staging")


def reread(snapshot, tmp_path):
    """Return what another machine makes of a snapshot."""
    path = tmp_path / "access.json"
    path.write_text(snapshot.text(), "utf-8")
    return load_snapshot(path)


def outcome(plan, text):
    """Return what a plan says, or why there is none."""
    spec, environment = spec_of(text)
    try:
        made = plan(spec, environment)
    except CompileError as error:
        return str(error)
    assert made.unverified == frozenset()
    return texts(made, spec)


def texts(plan, spec):
    page = render_plan(plan, spec, color=False, width=100, verbose=True)
    return page, render_json(plan, (), Exit.DONE)


def prepared(sandbox, applier):
    sandbox.load(SAAS / "schema.sql")
    sandbox.run_sql(BEFORE)
    return sandbox.applier_url(applier)


def test_a_plan_against_a_fresh_snapshot_is_the_live_plan(sandbox, applier, record_case, tmp_path):
    spec, environment = spec_of(FILE)
    with connect(prepared(sandbox, applier)) as connection:

        def same(edits):
            snapshot = reread(take_snapshot(connection, spec, environment), tmp_path)
            for name, text in edits.items():
                live = outcome(lambda *file: make_plan(connection, *file).plan, text)
                there = outcome(lambda *file: plan_against(snapshot, *file), text)
                assert there == live, name

        same({"as it is": FILE})
        planned = make_plan(connection, spec, environment)
        apply(connection, planned.plan, planned.scope, allow=("cuts_off",))
        same(EDITS)
        sandbox.run_sql(DRIFT)
        same(EDITS)
    record_case(sandbox.major, applier)


def test_what_no_server_printed_is_said_to_be_unverified(sandbox, applier, record_case, tmp_path):
    spec, environment = spec_of(FILE)
    with connect(prepared(sandbox, applier)) as connection:
        planned = make_plan(connection, spec, environment)
        apply(connection, planned.plan, planned.scope, allow=("cuts_off",))
        snapshot = reread(take_snapshot(connection, spec, environment), tmp_path)
        for text, changed in ((OTHER, True), (SPELLED, False)):
            live = make_plan(connection, *spec_of(text)).plan
            there = plan_against(snapshot, *spec_of(text))
            keys = {(step.change.kind, step.change.key) for step in there.steps}
            assert there.unverified == keys
            assert {key[1] for _, key in keys} == {"jr_billing_admin_delete", "jr_member_update"}
            assert len(live.steps) == (len(keys) if changed else 0)
            page, data = texts(there, spec)
            assert page.count("unverified") == page.count("JR372") == len(keys)
            assert [c["unverified"] for c in json.loads(data)["changes"]] == [True] * len(keys)
        # A condition that is taken out of the file again is known: it was printed.
        assert plan_against(snapshot, spec, environment).empty
    record_case(sandbox.major, applier)


def test_a_snapshot_is_the_same_bytes_and_holds_no_secret(sandbox, applier, record_case, tmp_path):
    spec, environment = spec_of(FILE)
    with connect(prepared(sandbox, applier)) as connection:
        text = take_snapshot(connection, spec, environment).text()
        again = take_snapshot(connection, spec, environment)
    assert again.text() == text == reread(again, tmp_path).text()
    Draft202012Validator(schema()).validate(json.loads(text))
    assert "reporter" in text
    assert "sesame" not in text
    record_case(sandbox.major, applier)


def test_compiled_sql_is_the_whole_file_and_the_same_bytes(sandbox, applier, record_case, tmp_path):
    spec, environment = spec_of(FILE)
    with connect(prepared(sandbox, applier)) as connection:
        before = reread(take_snapshot(connection, spec, environment), tmp_path)
        sql = render_sql(compile_alone(before, spec, environment), spec)
        planned = make_plan(connection, spec, environment)
        apply(connection, planned.plan, planned.scope, allow=("cuts_off",))
        sandbox.run_sql(DRIFT)
        after = take_snapshot(connection, spec, environment)
        assert render_sql(compile_alone(after, spec, environment), spec) == sql
    record_case(sandbox.major, applier)


def test_compiled_sql_makes_an_empty_plan(sandbox, tmp_path):
    spec, environment = spec_of(FILE)
    sandbox.load(SAAS / "schema.sql")
    with connect(sandbox.url) as connection:
        snapshot = take_snapshot(connection, spec, environment)
        sandbox.run_sql(render_sql(compile_alone(snapshot, spec, environment), spec))
        assert [step.change for step in make_plan(connection, spec, environment).plan.steps] == []


@pytest.mark.parametrize("sandbox", [18], indirect=True)
def test_a_snapshot_of_something_else_is_refused(sandbox, tmp_path):
    spec, environment = spec_of(FILE)
    with connect(prepared(sandbox, "superuser")) as connection:
        snapshot = take_snapshot(connection, spec, environment)
    wrong = {
        "is of project acme, not of other": FILE.replace("project: acme", "project: other"),
        "is of the schemas app, jwtroles, not of app, jwtroles, more": FILE.replace(
            "[app]", "[app, more]"
        ),
        "was taken without the role reporter": FILE.replace("\nroles:\n", ROLE.format("reporter")),
        "is of the logins acme_authenticator, not of gate": FILE.replace(
            "connect_as: acme_authenticator", "connect_as: gate"
        ),
        "was taken without the function levenshtein": FILE.replace(
            "unpaid: status <> 'paid'", "unpaid: public.levenshtein(status, 'paid') > 0"
        ),
    }
    for message, text in wrong.items():
        for run in (plan_against, compile_alone, check_against):
            with pytest.raises(CompileError, match=message) as caught:
                run(snapshot, *spec_of(text))
            assert [p.code.id for p in caught.value.problems] == ["JR371"]
    production = next(e for name, e in spec.environments.items() if name == "production")
    with pytest.raises(CompileError, match="is of staging, not of production"):
        plan_against(snapshot, spec, production)
    with pytest.raises(CompileError, match="no column nope") as caught:
        check_against(
            snapshot, *spec_of(FILE.replace("select: [id, ten", "select: [nope, id, ten"))
        )
    assert caught.value.problems[0].place.line > 1
    check_against(snapshot, spec, environment)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No such file"),
        ("{", "Expecting property name"),
        ("[]", "it is no snapshot"),
        ('{"format": 7}', "it has format 7"),
        ('{"format": 1}', "unknown or missing key environment"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_what_is_no_snapshot_is_told(tmp_path, text, said):
    path = tmp_path / "access.json"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(CompileError, match=said) as caught:
        load_snapshot(path)
    assert caught.value.problems[0].code.id == "JR370"
