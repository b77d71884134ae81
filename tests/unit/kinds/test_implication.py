"""Implication between policy expressions: never a wrong yes, and the yeses that labels need."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pglast import parse_sql

from jwtroles.kinds.implication import implies

PAID = "(status <> 'paid'::app.invoice_status)"
OPEN = "(status <> ALL (ARRAY['paid'::app.invoice_status, 'void'::app.invoice_status]))"
OWN = "(owner_id = ( SELECT jwtroles.claim_sub() AS claim_sub))"
BOTH = (
    "((tenant_id, owner_id) = ( SELECT claims.tenant_id, claims.sub\n"
    "   FROM jwtroles.claims('{member}'::text[]) claims(sub, tenant_id, roles)))"
)
LINE = "(EXISTS ( SELECT\n   FROM app.invoices i\n  WHERE {}))"


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("false", OWN),
        (OWN, "true"),
        ("NULL::boolean", "false"),
        (OWN, OWN),
        (f"({BOTH} AND {PAID})", BOTH),
        (f"({OWN} AND archived)", OWN),
        (f"(archived AND ({PAID} AND {OWN}))", f"({OWN} AND {PAID})"),
        (OWN, f"(archived OR {OWN})"),
        (f"(a OR {OWN})", f"({OWN} OR b OR a)"),
        ("((a AND b) OR (a AND c))", "a"),
        ("(a AND b)", "((a OR c) AND (b OR d))"),
        ("(NOT (a OR b))", "(NOT a)"),
        ("(NOT a)", "(NOT (a AND b))"),
        ("(a AND a)", "(a AND a AND a)"),
        (OPEN, PAID),
        ("(status = 'a'::text)", "(status = ANY (ARRAY['b'::text, 'a'::text]))"),
        ("(status = ANY (ARRAY['a'::text]))", "(status = 'a'::text)"),
        (
            "((note)::text = 'a'::text)",
            (
                "((note)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])"
                "::text[]))"
            ),
        ),
        (LINE.format("((i.id = l.id) AND i.open)"), LINE.format("(i.id = l.id)")),
        (LINE.format("(i.id = l.id)"), "(EXISTS ( SELECT FROM app.invoices i))"),
        (
            "(x = ANY (ARRAY( SELECT m.o FROM app.m))) AND y",
            "(x = ANY (ARRAY( SELECT m.o FROM app.m)))",
        ),
        ("(lower(a) = 'x'::text) AND b", "(lower(a) = 'x'::text)"),
        ("(x = ANY ( SELECT m.o FROM app.m)) AND b", "(x = ANY ( SELECT m.o FROM app.m))"),
    ],
)
def test_what_is_surely_narrower(narrow, wide):
    assert implies(narrow, wide)


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("a", "(a AND b)"),
        ("(a OR b)", "a"),
        ("(NOT a)", "(NOT (a OR b))"),
        ("true", OWN),
        (PAID, OPEN),
        ("(status = ANY (ARRAY['a'::text, 'b'::text]))", "(status = 'a'::text)"),
        ("(NOT (x = ANY (ARRAY[1])))", "(NOT (x = ANY (ARRAY[1, 2])))"),
        ("(x = ALL (ARRAY[1, 2]))", "(x = ALL (ARRAY[1, 2, 3]))"),
        ("(x <> ANY (ARRAY[1, 2]))", "(x <> ANY (ARRAY[1]))"),
        ("(x > ANY (ARRAY[1]))", "(x < ANY (ARRAY[1, 2]))"),
        ("(x = 1)", "(y = 1)"),
        ("(x = 1)", "(x <> 2)"),  # true of integers, not of every type and collation
        ("(NOT (x = 1))", "(x <> 1)"),
        ("(x = 'a'::bpchar)", "(x = 'a'::text)"),
        ("(x = ('a'::character varying(1))::text)", "(x = 'a'::text)"),
        ("((x)::text = 'a'::text)", "(x = 'a'::text)"),
        ("(x OPERATOR(app.=) 1)", "(x = ANY (ARRAY[1, 2]))"),
        ("(NOT (NOT a AND NOT b))", "a"),
        (LINE.format("(i.id = l.id)"), LINE.format("((i.id = l.id) AND i.open)")),
        (f"(NOT {LINE.format('(i.id = l.id)')})", f"(NOT {LINE.format('i.open')})"),
        (LINE.format("i.open"), LINE.format("i.open").replace("app.", "old.")),
        (
            "(EXISTS ( SELECT FROM t WHERE a AND b))",
            "(EXISTS ( SELECT FROM t WHERE a HAVING false))",
        ),
        ("(EXISTS ( SELECT FROM t))", "(EXISTS ( SELECT FROM t OFFSET 1))"),
        ("a", "b"),
    ],
)
def test_what_is_not(narrow, wide):
    assert not implies(narrow, wide)


@pytest.mark.parametrize(
    "text",
    [
        "(random() < 0.5)",
        "app.may(id)",
        "(x OPERATOR(app.=) 1)",
        "((x)::app.thing = 1)",
        "(x = ( SELECT m.o FROM app.m LIMIT 1))",
        "(ARRAY( SELECT m.o FROM app.m) = '{1}'::integer[])",
        "(EXISTS ( SELECT FROM app.m TABLESAMPLE bernoulli (50)))",
        "(EXISTS ( SELECT FROM app.mine() m WHERE m.a))",
        "(x OPERATOR(app.=) ANY ( SELECT m.o FROM app.m))",
        "(x = row_number() OVER ())",
    ],
)
def test_what_may_change_from_call_to_call_does_not_even_imply_itself(text):
    assert not implies(text, text)
    assert implies(f"({text} AND a)", "a")
    assert implies("a", f"({text} OR a)")


@pytest.mark.parametrize(
    "text", ["", "a; select 1", "a, b", "a FROM t", "a AS b", "a UNION SELECT a"]
)
def test_what_is_not_one_expression_implies_nothing(text):
    assert not implies(text, text)
    assert not implies(text, "true")


# Against the truth tables themselves.

VALUES = (None, 1, 2)
BOOLEANS = (None, True, False)


def _atoms():
    number = st.sampled_from(["1", "2", "3"])
    column = st.sampled_from(["x", "y"])
    numbers = st.lists(number, min_size=1, max_size=3).map(", ".join)
    return st.one_of(
        st.sampled_from(["p", "q", "true", "false", "NULL::boolean"]),
        st.tuples(column, st.sampled_from(["=", "<>"]), number).map(
            "({0[0]} {0[1]} {0[2]})".format
        ),
        st.tuples(column, numbers).map("({0[0]} = ANY (ARRAY[{0[1]}]))".format),
        st.tuples(column, numbers).map("({0[0]} <> ALL (ARRAY[{0[1]}]))".format),
        column.map("({} = ANY (ARRAY[1, NULL]))".format),
    )


def _combined(inner):
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        inner.map("(NOT {})".format),
        several.map(lambda parts: f"({' AND '.join(parts)})"),
        several.map(lambda parts: f"({' OR '.join(parts)})"),
    )


EXPRESSIONS = st.recursive(_atoms(), _combined, max_leaves=6)


def _all(values):
    values = list(values)
    return False if False in values else None if None in values else True


def _not(value):
    return None if value is None else not value


def _value(node, row):
    kind = type(node).__name__
    if kind == "ColumnRef":
        return row[node.fields[0].sval]
    if kind == "TypeCast":
        return _value(node.arg, row)
    if kind == "A_Const":
        return (
            None if node.isnull else getattr(node.val, "boolval", getattr(node.val, "ival", None))
        )
    if kind == "BoolExpr":
        values = [_value(arg, row) for arg in node.args]
        if node.boolop.name == "NOT_EXPR":
            return _not(values[0])
        return _all(values) if node.boolop.name == "AND_EXPR" else _not(_all(map(_not, values)))
    left = _value(node.lexpr, row)
    items = node.rexpr.elements if node.kind.name != "AEXPR_OP" else (node.rexpr,)
    equal = [None if None in (left, _value(i, row)) else left == _value(i, row) for i in items]
    none_equal = _all(map(_not, equal))
    return none_equal if node.name[0].sval == "<>" else _not(none_equal)


def _truth_table(text):
    tree = parse_sql(f"SELECT {text}")[0].stmt.targetList[0].val
    rows = product(VALUES, VALUES, BOOLEANS, BOOLEANS)
    return [_value(tree, dict(zip("xypq", row, strict=True))) for row in rows]


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS, EXPRESSIONS)
def test_a_yes_holds_in_every_row(one, other):
    for narrow, wide in ((one, other), (f"({one} AND {other})", one), (one, f"({other} OR {one})")):
        if implies(narrow, wide):
            pairs = zip(_truth_table(narrow), _truth_table(wide), strict=True)
            assert all(wider is True for narrower, wider in pairs if narrower is True)


@settings(max_examples=100)
@given(EXPRESSIONS, EXPRESSIONS)
def test_a_conjunct_narrows_and_a_disjunct_widens(one, other):
    assert implies(one, one)
    assert implies(f"({one} AND {other})", one)
    assert implies(one, f"({one} OR {other})")
