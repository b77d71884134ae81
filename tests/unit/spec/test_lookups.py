"""Lookups: how `x in NAME` is read, and that one finds nothing for a token without its claim."""

import pytest

from jwtroles.errors import SpecError
from jwtroles.spec import lookups, sqltree
from jwtroles.spec.load import load_text

HEAD = """\
jwtroles: 1
project: acme
database: {schemas: [app]}
tokens:
  verify: gateway
  claims: {sub: {type: uuid}, orgs: {type: "bigint[]"}}
"""


def codes(text):
    with pytest.raises(SpecError) as caught:
        load_text(HEAD + text)
    return [problem.code.id for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a in mine", "a in (mine)"),
        ("a + 1 in mine and b", "a + 1 in (mine) and b"),
        ("a || 'x' IN mine", "a || 'x' in (mine)"),
        ("b = a in mine", "b = (a in (mine))"),
        ("a not in mine", "a not in (mine)"),
        ("a\nin\tmine or c not  in\nmine", "a in (mine) or c not in (mine)"),
        ("a in/* mine */mine", "a in (mine)"),
        ('a in "mine"', "a in (mine)"),
        ("'é' in mine", "'é' in (mine)"),
        ("(a)in mine", "a in (mine)"),
        ("'x in mine' = a", "'x in mine' = a"),
        ("position('a' in b) > 0", "position('a' in b) > 0"),
        (
            "position(lower('a') in b) > 0 and a in mine",
            "position(lower('a') in b) > 0 and a in (mine)",
        ),
        ("a in (select b from c.d where e in mine)", "a in (select b from c.d where e in (mine))"),
    ],
)
def test_in_before_a_name_is_read_as_a_list_of_it(text, read):
    found = lookups.parse(f"SELECT {text}").statements[0].targetList[0].val
    assert sqltree.same(found, sqltree.expression(read))


@pytest.mark.parametrize(
    "text", ["a #@ mine or b in mine", "a in mine.b", "a in mine::text[]", "a in in"]
)
def test_nothing_else_is_read_as_one(text):
    with pytest.raises(sqltree.SyntaxFault):
        lookups.parse(f"SELECT {text}")


@pytest.mark.parametrize(
    "sql",
    [
        "select id from app.m",
        "select id from app.m where u = claims.sub and (until is null or until > now())",
        "select m.id from app.m join app.o on o.id = m.org and o.owner = claims.sub",
        "select id from app.m where u = claims.sub union select id from app.o where v = claims.sub",
        "select id from app.m where u = claims.sub union select id from app.o where public",
        "select id from app.m where org in (select org from app.o where u = claims.sub)",
        "select x from unnest(claims.orgs) as o(x)",
    ],
)
def test_a_lookup_that_is_empty_without_its_claim(sql):
    load_text(HEAD + f"lookups: {{mine: {{type: 'bigint[]', sql: \"{sql}\"}}}}")


@pytest.mark.parametrize(
    "sql",
    [
        "select id from app.m where u = claims.sub or public",
        "select id from app.m where u is not distinct from claims.sub",
        "select id from app.m where not exists (select from app.b where u = claims.sub)",
        "select id from app.m where id <> all (claims.orgs) is not false",
        "select count(*) from app.m where u = claims.sub",
        "select coalesce(claims.orgs[1], 1)",
        "select o.id from app.o left join app.m on m.u = claims.sub where m.u is null",
        "select id from app.o except select id from app.m where u = claims.sub",
        "select id from app.m union select count(*) from app.o where u = claims.sub",
        "with m as (select id from app.m where u = claims.sub) select id from m",
    ],
)
def test_a_lookup_that_could_find_something_without_its_claim(sql):
    assert codes(f"lookups: {{mine: {{type: 'bigint[]', sql: \"{sql}\"}}}}") == ["JR212"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("org in mine", []),
        ("org in mine and b", []),
        ("org in mine or b", []),
        ("coalesce(org in mine, true)", ["JR212"]),
        ("(org in mine) is null", ["JR212"]),
        ("(org in mine) is distinct from true", ["JR212"]),
        ("case when org in mine then a else b end", ["JR212"]),
        ("exists (select from app.p where p.org in mine)", []),
        ("(org in mine) = false", []),
    ],
)
def test_a_condition_is_not_true_while_its_lookup_finds_nothing(rows, expected):
    lookup = "lookups: {mine: {type: 'bigint[]', sql: select id from app.m}}\n"
    text = lookup + f'rows: {{a: "{rows}"}}'
    if expected:
        assert codes(text) == expected
    else:
        load_text(HEAD + text)


@pytest.mark.parametrize(
    "sql",
    [
        "select id from app.m where u = current_setting('app.user')",
        "select id from app.m where u::text = current_user and id > random()",
        "select id from m",
        "select id from app.m for update",
    ],
)
def test_what_a_client_can_set_does_not_decide(sql):
    found = codes(f"lookups: {{mine: {{type: 'bigint[]', sql: \"{sql}\"}}}}")
    assert found in (["JR213"], ["JR209"], ["JR208"], ["JR203"])
