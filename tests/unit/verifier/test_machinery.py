"""What stands in schema `jwtroles`, without a server."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from jwtroles.spec.load import load_text
from jwtroles.spec.model import Word
from jwtroles.spec.token_model import Claim, Tokens
from jwtroles.verifier import accessor, claim_rows, machinery, setting_rows
from jwtroles.verifier.claims import pointer_steps, qualified

if TYPE_CHECKING:
    from jwtroles.spec.model import Spec

TYPES = {
    "uuid": "uuid",
    "text": "text",
    "text[]": "text[]",
    "timestamptz": "timestamp with time zone",
}

SPEC = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: gate}
environments: {dev: {database: embedded}}
tokens:
  verify: MODE
  claims:
    sub: {type: uuid, required: true}
    its: {type: text, path: "/it's/a~1b"}
    since: {type: timestamptz}
    scope: {type: "text[]", split: "'; drop"}
    nickname: {type: text, trusted: false}
mapping:
  - {claim: scope, contains: "x", role: member}
  - {claim: its, equals: "1", role: auditor}
roles:
  member: {settings: {statement_timeout: 5s, work_mem: 8MB}}
  auditor: {comment: reads}
"""


def spec(mode: str = "gateway") -> Spec:
    return load_text(SPEC.replace("MODE", mode))


def body(name: str) -> str:
    made = machinery(spec(), TYPES)
    return next(function.body for function in made.functions if function.name.name == name)


def test_policies_call_an_accessor_by_its_claim() -> None:
    calls = [accessor(claim) for claim in spec().tokens.claims.values()]
    assert calls == [
        "jwtroles.claim_sub()",
        "jwtroles.claim_its()",
        "jwtroles.claim_since()",
        "jwtroles.claim_scope()",
        "jwtroles.claim_nickname()",
    ]


def test_a_name_that_is_not_plain_is_quoted() -> None:
    claim = Claim(Word("It's Odd"), Word("text"), Word("/x"))
    assert accessor(claim) == 'jwtroles."claim_It\'s Odd"()'
    declared = Tokens(Word("gateway"), claims={claim.name: claim})
    made = machinery(replace(spec(), tokens=declared, mapping=()), TYPES)
    (pre_request,) = (function for function in made.login if not function.definer)
    assert f"IF {accessor(claim)} IS NULL" in pre_request.body
    assert "checked := 'It''s Odd';" in pre_request.body


def test_every_trusted_claim_has_an_accessor_of_its_type() -> None:
    made = machinery(spec(), TYPES)
    returns = {str(function.name.name): function.returns for function in made.claims}
    assert returns == {
        "claims": "jsonb",
        "claim_sub": "uuid",
        "claim_its": "text",
        "claim_since": "timestamp with time zone",
        "claim_scope": "text[]",
    }


def test_no_function_is_immutable_and_only_the_readers_of_tables_are_definers() -> None:
    made = machinery(spec(), TYPES)
    assert {function.volatility for function in made.claims} == {"s"}
    assert {f.name.name for f in made.functions if f.definer} == {"role_for", "settings_for"}
    assert all(f.settings == ("search_path=pg_catalog, pg_temp",) for f in made.login if f.definer)


def test_the_same_specification_makes_the_same_bytes() -> None:
    assert machinery(spec(), TYPES) == machinery(spec(), TYPES)


def test_texts_of_the_file_are_quoted_in_bodies() -> None:
    assert "ARRAY['it''s', 'a/b']" in body("claim_its")
    assert "'''; drop'" in body("claim_scope")
    assert "ARRAY['it''s', 'a/b']" in body("pre_request")


@pytest.mark.parametrize(
    ("pointer", "steps"),
    [
        ("/a", ("a",)),
        ("/a/b", ("a", "b")),
        ("/a~1b/m~0n", ("a/b", "m~n")),
        ("/~01", ("~1",)),
        ("/ /%25", (" ", "%25")),
        ("", ()),
        ("/", ("",)),
    ],
)
def test_a_json_pointer_is_read_as_rfc_6901_says(pointer: str, steps: tuple[str, ...]) -> None:
    assert pointer_steps(pointer) == steps


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("uuid", "pg_catalog.uuid"),
        ("text[]", "pg_catalog.text[]"),
        ("bigint", "bigint"),
        ("bigint[]", "bigint[]"),
        ("timestamp with time zone", "timestamp with time zone"),
        ("app.level", "app.level"),
    ],
)
def test_a_type_is_named_so_that_no_search_path_changes_it(name: str, sql: str) -> None:
    assert qualified(name) == sql


def test_mapping_rows_keep_the_order_and_say_where_they_are_from() -> None:
    rows = claim_rows(spec(), lambda role: f"{role}_prod")
    assert [(row.position, row.role) for row in rows] == [(1, "member_prod"), (2, "auditor_prod")]
    assert json.loads(rows[0].conditions) == [
        {"claim": "scope", "path": ["scope"], "split": "'; drop", "test": "contains", "value": "x"}
    ]
    assert json.loads(rows[1].conditions)[0]["path"] == ["it's", "a/b"]
    places = [row.origin.place for row in rows]
    lines = [place.source.line(place.line) for place in places if place is not None]
    assert ["role: member" in lines[0], "role: auditor" in lines[1]] == [True, True]


def test_settings_are_kept_with_their_role_and_place() -> None:
    rows = setting_rows(spec(), str.upper)
    assert [(row.role, row.name, row.value) for row in rows] == [
        ("MEMBER", "statement_timeout", "5s"),
        ("MEMBER", "work_mem", "8MB"),
    ]
    assert all(row.origin.place is not None for row in rows)


def test_who_may_use_what() -> None:
    made = machinery(spec(), TYPES)
    found = {
        who: {(grant.object.name.name, grant.privilege) for grant in made.grants(*whom)}
        for who, whom in {
            "reader": (["member"], []),
            "login": ([], ["gate"]),
            "applier": ([], [], ["deployer"]),
        }.items()
    }
    claims = {(function.name.name, "EXECUTE") for function in made.claims}
    login = {(name, "EXECUTE") for name in ("pre_request", "role_for", "settings_for")}
    usage = {("jwtroles", "USAGE")}
    tables = {("claim_role", "SELECT"), ("role_setting", "SELECT")}
    assert found == {
        "reader": claims,
        "login": claims | login | usage,
        "applier": claims | usage | tables,
    }
    assert {grant.grantee for grant in made.grants(["b", "a", "b"], [])} == {"a", "b"}
