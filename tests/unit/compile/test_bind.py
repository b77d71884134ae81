"""The file's SQL against a database's columns: the exact SQL of a policy, and what is refused."""

from dataclasses import replace

import pytest

from jwtroles.catalog import FunctionFacts
from jwtroles.compiler.bind import bind_join, bind_lookup, bind_predicate, bind_query, bind_view
from jwtroles.compiler.bind.scope import Scope, by_name
from jwtroles.compiler.floors import Binder
from jwtroles.errors import Collector, Place, Source
from jwtroles.names import QName
from jwtroles.spec import sqltree
from jwtroles.spec.model import Database, Lookup, Query, Spec, Through, View, Word
from jwtroles.spec.token_model import Claim, Tokens

INVOICES = QName("app", "invoices")
LINES = QName("app", "invoice_lines")
CUSTOMERS = QName("app", "customers")
MEMBERS = QName("app", "members")
OLD = QName("old", "invoices")
ODD = QName("app", "Lab Work")

TABLES = {
    INVOICES: ("id", "tenant_id", "owner_id", "customer_id", "status", "total", "issued_on"),
    LINES: ("invoice_id", "line", "what", "amount"),
    CUSTOMERS: ("id", "tenant_id", "name", "email", "archived"),
    MEMBERS: ("org_id", "user_id", "public"),
    OLD: ("id", "total"),
    ODD: ("Id", "archived"),
    QName("app", "claims"): ("id", "policy_id"),
}
FUNCTIONS = by_name(
    [
        FunctionFacts("pg_catalog", "lower", 1, 1, "i", returns_set=False),
        FunctionFacts("pg_catalog", "regexp_replace", 3, 4, "i", returns_set=False),
        FunctionFacts("pg_catalog", "date_trunc", 2, 3, "s", returns_set=False),
        FunctionFacts("pg_catalog", "sum", 1, 1, "i", returns_set=False, aggregate=True),
        FunctionFacts("pg_catalog", "count", 0, 1, "i", returns_set=False, aggregate=True),
        FunctionFacts("pg_catalog", "unnest", 1, 1, "i", returns_set=True),
        FunctionFacts("app", "may", 1, 1, "s", returns_set=False),
        FunctionFacts("app", "rolls", 0, 0, "v", returns_set=False),
        FunctionFacts("app", "mixed", 1, 1, "v", returns_set=False),
        FunctionFacts("app", "mixed", 1, 2, "s", returns_set=False),
        FunctionFacts("app", "many", 0, 0, "s", returns_set=True),
        FunctionFacts("app", "total_of", 1, 1, "i", returns_set=False, aggregate=True),
    ]
)
SCOPE = Scope(TABLES, FUNCTIONS, frozenset({"text", "uuid", "date"}))


def word(text):
    return Word(text, Place(Source("jwtroles.yaml", text), 1, 1, len(text)))


def claim(name, kind, *, trusted=True):
    return Claim(word(name), word(kind), word(f"/{name}"), trusted=trusted)


CLAIMS = (
    claim("sub", "uuid"),
    claim("tenant_id", "uuid"),
    claim("orgs", "bigint[]"),
    claim("tags", "text array"),
    claim("nickname", "text", trusted=False),
)
ROWS = {
    "own": "owner_id = claims.sub",
    "unpaid": "status <> 'paid'",
    "either": "own or total = 0",
    "total": "true",
    "line": "true",
}
SPEC = Spec(
    Source("jwtroles.yaml", ""),
    Word("acme"),
    Database((Word("app"),)),
    Tokens(Word("database"), claims={one.name: one for one in CLAIMS}),
    rows={word(name): word(text) for name, text in ROWS.items()},
)


def accessor(one):
    return f"jwtroles.claim_{one.name}()"


def bound(text, table=INVOICES):
    found = Collector()
    result = bind_predicate(word(text), table, SPEC, SCOPE, accessor, found)
    assert found.problems == []
    return result


def refused(text, table=INVOICES):
    found = Collector()
    assert bind_predicate(word(text), table, SPEC, SCOPE, accessor, found) is None
    return found.problems


def pointed_at(problem):
    place = problem.place
    return place.source.line(place.line)[place.column - 1 :][: place.length]


SUB = "(SELECT jwtroles.claim_sub())"


# Claims and named predicates.


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("tenant_id = claims.tenant_id", "tenant_id = (SELECT jwtroles.claim_tenant_id())"),
        ("own", f"owner_id = {SUB}"),
        ("own and unpaid", f"owner_id = {SUB} AND status <> 'paid'"),
        ("not own", f"NOT owner_id = {SUB}"),
        ("not either", f"NOT(owner_id = {SUB} OR total = 0)"),
        ("either and unpaid", f"(owner_id = {SUB} OR total = 0) AND status <> 'paid'"),
        ("either or unpaid", f"owner_id = {SUB} OR total = 0 OR status <> 'paid'"),
        (
            "status = 'a' and (own and unpaid)",
            f"status = 'a' AND owner_id = {SUB} AND status <> 'paid'",
        ),
    ],
)
def test_claims_are_subqueries_and_named_predicates_are_written_out(text, sql):
    assert bound(text).sql == sql


@pytest.mark.parametrize("text", ["own = true", "coalesce(own, false)", "(own and unpaid) is true"])
def test_a_named_predicate_stands_where_a_whole_condition_does(text):
    assert {problem.code.id for problem in refused(text)} == {"JR320"}


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("id = any (claims.orgs)", "id = ANY(CAST((SELECT jwtroles.claim_orgs()) AS bigint[]))"),
        ("id <> all (claims.orgs)", "id <> ALL(CAST((SELECT jwtroles.claim_orgs()) AS bigint[]))"),
        (
            "claims.tags @> array['x']",
            "CAST((SELECT jwtroles.claim_tags()) AS text[]) @> ARRAY['x']",
        ),
    ],
)
def test_an_array_claim_is_cast_so_that_any_takes_its_value(text, sql):
    assert bound(text).sql == sql


def test_the_cast_is_on_the_claim_and_never_on_the_column():
    tree = sqltree.expression(bound("id = any (claims.orgs)").sql)

    assert type(tree.lexpr).__name__ == "ColumnRef"
    assert type(tree.rexpr).__name__ == "TypeCast"


def test_what_a_predicate_reads_and_uses_is_told():
    text = (
        "unpaid and exists (select from app.members m where m.user_id = claims.sub"
        " and m.org_id = customer_id)"
    )
    result = bound(text)

    assert result.reads == {MEMBERS: {"user_id", "org_id"}}
    assert result.own_columns == {"status", "customer_id"}
    assert result.claims == {"sub"}
    assert result.text == text


def test_a_subquery_that_reads_no_column_is_told_too():
    assert bound("exists (select from app.members)").reads == {MEMBERS: frozenset()}
    assert bound("exists (select * from app.members)").reads == {MEMBERS: set(TABLES[MEMBERS])}


def test_a_name_that_is_a_column_and_a_predicate_is_refused_where_a_condition_stands():
    (problem,) = refused("unpaid and total")

    assert (problem.code.id, pointed_at(problem)) == ("JR322", "total")
    assert bound("total = 1").sql == "total = 1"
    assert bound("total", LINES).sql == "TRUE"


@pytest.mark.parametrize("text", ["owner_id = claims.subb", "claims.nickname = 'x'"])
def test_claims_are_checked_here_too(text):
    assert [problem.code.id for problem in refused(text)] in (["JR206"], ["JR221"])


def test_what_the_language_does_not_allow_is_not_bound_either():
    assert [problem.code.id for problem in refused("a; drop table app.invoices")] == ["JR201"]
    assert [problem.code.id for problem in refused("pg_catalog.random() < 1")] == ["JR209"]


# Columns.


@pytest.mark.parametrize(
    ("text", "table", "sql"),
    [
        (
            (
                "exists (select from app.invoices i"
                " where i.id = invoice_id and i.owner_id = claims.sub)"
            ),
            LINES,
            (
                "EXISTS (SELECT FROM app.invoices AS i"
                f" WHERE i.id = invoice_lines.invoice_id AND i.owner_id = {SUB})"
            ),
        ),
        (
            "customer_id in (select org_id from app.members)",
            INVOICES,
            "customer_id IN (SELECT org_id FROM app.members)",
        ),
        (
            "exists (select from app.members where org_id = customer_id)",
            INVOICES,
            "EXISTS (SELECT FROM app.members WHERE org_id = invoices.customer_id)",
        ),
        (
            "exists (select from app.members m join app.customers c on m.org_id = customer_id)",
            INVOICES,
            (
                "EXISTS (SELECT FROM app.members AS m"
                " INNER JOIN app.customers AS c ON m.org_id = invoices.customer_id)"
            ),
        ),
        (
            (
                "exists (select from (select org_id as o from app.members where public) s"
                " where o = customer_id)"
            ),
            INVOICES,
            (
                "EXISTS (SELECT FROM (SELECT org_id AS o FROM app.members WHERE public) AS s"
                " WHERE o = invoices.customer_id)"
            ),
        ),
        (
            (
                "exists (select from app.members where exists"
                " (select from app.customers c where c.id = org_id))"
            ),
            LINES,
            (
                "EXISTS (SELECT FROM app.members WHERE EXISTS"
                " (SELECT FROM app.customers AS c WHERE c.id = members.org_id))"
            ),
        ),
        (
            'exists (select from app.members m where m.org_id = "Id")',
            ODD,
            'EXISTS (SELECT FROM app.members AS m WHERE m.org_id = "Lab Work"."Id")',
        ),
        (
            "exists (select from old.invoices o where o.id = customer_id)",
            INVOICES,
            "EXISTS (SELECT FROM old.invoices AS o WHERE o.id = invoices.customer_id)",
        ),
        (
            "exists (select from unnest(claims.orgs) as o(id) where o.id = invoices.customer_id)",
            INVOICES,
            (
                "EXISTS (SELECT FROM unnest(CAST((SELECT jwtroles.claim_orgs()) AS bigint[]))"
                " AS o (id) WHERE o.id = invoices.customer_id)"
            ),
        ),
        ("invoices.status = 'a'", INVOICES, "invoices.status = 'a'"),
    ],
)
def test_outer_columns_carry_their_tables_name_inside_subqueries(text, table, sql):
    assert bound(text, table).sql == sql


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("statu = 'a'", "JR320", "statu"),
        ("invoices.statu = 'a'", "JR320", "invoices.statu"),
        ("ctid = '(0,1)'", "JR320", "ctid"),
        ("exists (select from app.members m where m.nope = 1)", "JR320", "m.nope"),
        ("exists (select from app.members m where m.count = 1)", "JR320", "m.count"),
        ("exists (select from app.members where own)", "JR320", "own"),
        ("invoice.status = 'a'", "JR321", "invoice.status"),
        ("exists (select from app.invoice where true)", "JR321", "app.invoice"),
        # inside and outside
        ("exists (select from app.customers where id = 1)", "JR323", "id"),
        (
            "exists (select from app.customers c, old.invoices o where o.id = 1 and id = 2)",
            "JR323",
            "id",
        ),
        (
            "exists (select from app.customers c join app.customers c on true)",
            "JR323",
            "app.customers",
        ),
        # hidden
        ("exists (select from old.invoices where customer_id = 1)", "JR324", "customer_id"),
        (
            "exists (select from app.members invoices where invoices.customer_id = 1)",
            "JR324",
            "invoices.customer_id",
        ),
        # itself
        ("exists (select from app.invoices i where i.id = 1)", "JR325", "app.invoices"),
        (
            "exists (select from app.members where exists (select from app.invoices))",
            "JR325",
            "app.invoices",
        ),
        # rows
        ("invoices is null", "JR211", "invoices"),
        ("app.may(invoices)", "JR211", "invoices"),
        ("(invoices).id = 1", "JR211", "invoices"),
        ("exists (select m from app.members m)", "JR211", "m"),
        # not certain
        ("exists (select from unnest(claims.orgs) o(id) where total = 1)", "JR331", "total"),
        ("exists (select from unnest(claims.orgs) o where o.count = 1)", "JR331", "o.count"),
        (
            "exists (select from (select lower(status) from app.members) s where total = 1)",
            "JR331",
            "total",
        ),
    ],
)
def test_a_name_that_is_not_certain_is_refused(text, code, at):
    found = refused(text)

    assert [problem.code.id for problem in found] == [code]
    assert pointed_at(found[0]) == at


def test_a_slip_is_told_the_nearest_column_or_predicate():
    (column,) = refused("statu = 'a'")
    (named,) = refused("unpayd")

    assert column.message == "app.invoices has no column `statu`"
    assert column.label == "did you mean `status`?"
    assert (
        column.remedy == "columns: id, tenant_id, owner_id, customer_id, status, total, issued_on"
    )
    assert named.label == "did you mean `unpaid`?"


def test_the_problems_of_a_named_predicate_stand_where_it_is_declared():
    (problem,) = refused("own", LINES)

    assert problem.message == "app.invoice_lines has no column `owner_id`"
    assert problem.place.source.text == "owner_id = claims.sub"


def test_a_column_that_is_inside_and_outside_has_both_ways_out_named():
    (problem,) = refused("exists (select from app.customers c where id = 1)")

    assert problem.message == "`id` is a column of both app.customers and app.invoices"
    assert problem.remedy == "write c.id or invoices.id"


def test_every_problem_of_a_predicate_is_told():
    assert [problem.code.id for problem in refused("statu = 1 and app.rolls() = nope")] == [
        "JR320",
        "JR327",
        "JR320",
    ]


def test_a_table_that_does_not_exist_is_a_problem():
    (problem,) = refused("true", QName("app", "nope"))

    assert (problem.code.id, problem.message) == ("JR321", "no table or view app.nope")


# Functions and types.


@pytest.mark.parametrize(
    "text",
    [
        "lower(status) = 'a'",
        "pg_catalog.lower(status) = 'a'",
        "app.may(id)",
        "app.mixed(id, 2)",
        "(select sum(org_id) from app.members) > 1",
        "exists (select from app.members group by public having count(*) > 1)",
        "status = 'a'::text",
        "status = 'a'::app.invoice_status",
        "id = 1::int",
    ],
)
def test_functions_and_types_of_pg_catalog_or_with_a_schema_are_found(text):
    assert bound(text).sql


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("may(id)", "JR326", "no function may() in pg_catalog"),
        ("app.nope(id)", "JR326", "no function app.nope()"),
        ("lower(status, 1) = 'a'", "JR326", "no function lower() in pg_catalog takes 2 arguments"),
        ("app.rolls()", "JR327", "app.rolls() is not allowed here: volatile"),
        ("app.mixed(id)", "JR327", "app.mixed() is not allowed here: 1 of its 2 forms: volatile"),
        ("app.many() = 1", "JR327", "app.many() is not allowed here: returns a set"),
        (
            "exists (select app.many() from app.members)",
            "JR327",
            "app.many() is not allowed here: returns a set",
        ),
        (
            "exists (select from app.members m where app.rolls())",
            "JR327",
            "app.rolls() is not allowed here: volatile",
        ),
        (
            "app.total_of(id) > 1",
            "JR210",
            "app.total_of() needs other rows than the one that is judged",
        ),
        ("status = 'a'::invoice_status", "JR328", "no type `invoice_status` in pg_catalog"),
    ],
)
def test_others_are_refused(text, code, message):
    (problem,) = refused(text)

    assert (problem.code.id, problem.message) == (code, message)


def test_a_function_outside_pg_catalog_is_told_to_carry_its_schema():
    (problem,) = refused("may(id)")

    assert problem.remedy == "name its schema:  schema.may(…)"


# A floor through another table.


def join(on, table="app.invoice_lines", parent="app.invoices"):
    found = Collector()
    return bind_join(
        Through(word(table), word(parent), word(on)), SPEC, SCOPE, found
    ), found.problems


@pytest.mark.parametrize(
    "on", ["invoice_lines.invoice_id = invoices.id", "invoice_id = invoices.id", "invoice_id = id"]
)
def test_a_join_condition_becomes_a_floor(on):
    result, problems = join(on)

    assert problems == []
    expected = "EXISTS (SELECT FROM app.invoices WHERE invoice_lines.invoice_id = {}id)"
    assert result.sql == expected.format("" if on.endswith("= id") else "invoices.")
    assert result.reads == {INVOICES: {"id"}}
    assert result.own_columns == {"invoice_id"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("invoices.id = 1",), "JR332"),
        (("invoice_lines.invoice_id = 1",), "JR332"),
        (("true",), "JR332"),
        (("invoices.id = invoices.id", "app.invoices", "app.invoices"), "JR325"),
        (("invoices.customer_id = invoices.id", "app.invoices", "old.invoices"), "JR324"),
        (("id = customer_id", "app.customers", "app.invoices"), "JR323"),
        (("invoice_id = invoices.nope",), "JR320"),
        (("invoice_id = id", "app.invoice_lines", "app.nope"), "JR321"),
        (("invoice_id = id", "invoice_lines", "app.invoices"), "JR321"),
        (("invoice_id = invoices.id and exists (select from app.invoice_lines)",), "JR325"),
    ],
)
def test_a_join_condition_that_does_not_join_is_refused(arguments, code):
    result, problems = join(*arguments)

    assert result is None
    assert code in [problem.code.id for problem in problems]


# Views and queries.


def view(columns, rows=None, from_="app.customers"):
    found = Collector()
    declared = View(
        word("app.directory"),
        word(from_),
        {word(name): word(text) for name, text in columns.items()},
        rows=None if rows is None else word(rows),
    )
    return bind_view(declared, SPEC, SCOPE, accessor, AsItIs(), found), found.problems


class AsItIs:
    def rows(self, bound, inside):
        return bound

    def shown(self, bound, inside, shown):
        return bound


def test_a_view_shows_its_columns_and_rows():
    mask = "regexp_replace(email, '^[^@]+', '***')"
    result, problems = view({"id": "id", "name": "name", "email": mask}, "not archived")

    assert problems == []
    assert result.sql == (
        "SELECT id, name, regexp_replace(email, '^[^@]+', '***') AS email FROM app.customers"
        " WHERE NOT archived"
    )
    assert result.reads == {CUSTOMERS: {"id", "name", "email", "archived"}}
    assert result.claims == frozenset()


def test_a_view_may_rename_and_use_claims():
    result, problems = view({"Id": "id", "mine": "tenant_id = claims.tenant_id"})

    assert problems == []
    assert result.sql == (
        'SELECT id AS "Id", tenant_id = (SELECT jwtroles.claim_tenant_id()) AS mine'
        " FROM app.customers"
    )
    assert result.claims == {"tenant_id"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (({"id": "nope"},), "JR320"),
        (({"id": "id"}, "nope"), "JR320"),
        (({"id": "sum(id)"},), "JR210"),
        (({"id": "app.rolls()"},), "JR327"),
        (({"id": "customers"},), "JR211"),
        (({"id": "id"}, None, "app.nope"), "JR321"),
        (({"id": "id"}, None, "customers"), "JR321"),
    ],
)
def test_a_view_is_held_to_its_table(arguments, code):
    result, problems = view(*arguments)

    assert result is None
    assert [problem.code.id for problem in problems] == [code]


def query(sql, **params):
    found = Collector()
    declared = Query(
        word("app.q"), {}, word(sql), {word(name): word(kind) for name, kind in params.items()}
    )
    return bind_query(declared, SPEC, SCOPE, accessor, found), found.problems


@pytest.mark.parametrize(
    ("sql", "printed", "reads"),
    [
        (
            (
                "select sum(total) from app.invoices\n"
                "where date_trunc('month', issued_on) = date_trunc('month', month)"
            ),
            (
                "SELECT sum(total) FROM app.invoices"
                " WHERE date_trunc('month', issued_on) = date_trunc('month', month)"
            ),
            {INVOICES: {"total", "issued_on"}},
        ),
        (
            "select * from old.invoices o order by o.id limit 3",
            "SELECT * FROM old.invoices AS o ORDER BY o.id LIMIT 3",
            {OLD: {"id", "total"}},
        ),
        (
            "select c.* from app.customers c join app.members m on m.org_id = c.id",
            "SELECT c.* FROM app.customers AS c INNER JOIN app.members AS m ON m.org_id = c.id",
            {CUSTOMERS: set(TABLES[CUSTOMERS]), MEMBERS: {"org_id"}},
        ),
        (
            (
                "with x as (select id, sum(total) as s from app.invoices group by id)"
                " select s from x where exists (select from x y where y.id = x.id) order by s"
            ),
            (
                "WITH x AS (SELECT id, sum(total) AS s FROM app.invoices GROUP BY id)"
                " SELECT s FROM x WHERE EXISTS (SELECT FROM x AS y WHERE y.id = x.id) ORDER BY s"
            ),
            {INVOICES: {"id", "total"}},
        ),
        (
            (
                "select id from app.invoices where id in (select id from app.customers c"
                " where c.archived and owner_id = claims.sub)"
            ),
            (
                "SELECT id FROM app.invoices WHERE id IN (SELECT id FROM app.customers AS c"
                f" WHERE c.archived AND invoices.owner_id = {SUB})"
            ),
            {INVOICES: {"id", "owner_id"}, CUSTOMERS: {"id", "archived"}},
        ),
        (
            "select a.id, b.total from app.invoices a join old.invoices b using (id)",
            "SELECT a.id, b.total FROM app.invoices AS a INNER JOIN old.invoices AS b USING (id)",
            {INVOICES: {"id"}, OLD: {"id", "total"}},
        ),
        (
            "select total as t from app.invoices group by t order by t",
            "SELECT total AS t FROM app.invoices GROUP BY t ORDER BY t",
            {INVOICES: {"total"}},
        ),
        (
            (
                "with recursive r(n) as (select 1 union all select n from r where n < month)"
                " select n from r"
            ),
            (
                "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n FROM r WHERE n < month)"
                " SELECT n FROM r"
            ),
            {},
        ),
    ],
)
def test_a_query_keeps_its_parameters_as_names(sql, printed, reads):
    result, problems = query(sql, month="date")

    assert problems == []
    assert result.sql == printed
    assert result.reads == reads


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select sum(total) from app.invoices where id = total", "JR330"),
        ("select 1 from app.invoices", "JR330"),
        ("with x as (select id as total from app.members m) select total from x", "JR330"),
        ("select 1 from unnest(array[1]) as u where total = 1", "JR331"),
        ("select nope from app.members", "JR320"),
        ("select 1 from app.nope", "JR321"),
        ("select 1 from x, app.members", "JR208"),
        ("with y as (select 1 from x), x as (select 1) select 1 from y", "JR321"),
        ("select app.rolls()", "JR327"),
        ("select org_id from app.members limit app.rolls()", "JR327"),
        ("select org_id from app.members union select 1 limit app.rolls()", "JR327"),
        ("update app.members set public = true", "JR202"),
    ],
)
def test_a_query_is_held_to_the_database(sql, code):
    result, problems = query(sql, total="numeric")

    assert result is None
    assert code in [problem.code.id for problem in problems]


def test_what_cannot_be_printed_faithfully_is_a_problem_and_no_policy(monkeypatch):
    def fail(_):
        raise sqltree.UnfaithfulPrintError("another tree")

    text, found = word("status = 'a'"), Collector()
    printers = iter([sqltree.print_expression, fail])

    def printer(tree):
        return next(printers)(tree)

    monkeypatch.setattr(sqltree, "print_expression", printer)

    assert bind_predicate(text, INVOICES, SPEC, SCOPE, accessor, found) is None
    assert [problem.code.id for problem in found.problems] == ["JR215"]


def binder():
    return Binder(SPEC, SCOPE, accessor, Collector())


def test_what_was_bound_once_is_used_again_where_it_means_the_same():
    once = binder()

    first = once.rows(word("id > 1 and id < 9"), INVOICES)

    assert once.rows(word("id > 1 and id < 9"), CUSTOMERS) is first
    assert first.fits(TABLES[CUSTOMERS])


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("unpaid", CUSTOMERS),  # it lacks a column
        ("unpaid", QName("app", "flags")),  # the named predicate is a column there
        ("invoices.id > 1", OLD),  # a table of another schema, and of one name
        ("exists (select from app.members where org_id = id)", CUSTOMERS),
    ],
)
def test_what_was_bound_elsewhere_is_bound_anew_where_it_means_another_thing(text, table):
    tables = TABLES | {QName("app", "flags"): ("status", "unpaid")}
    scope = Scope(tables, FUNCTIONS, frozenset({"text", "uuid", "date"}))
    once, afresh = (Binder(SPEC, scope, accessor, Collector()) for _ in range(2))

    first = once.rows(word(text), INVOICES)
    second = once.rows(word(text), table)

    assert first is not None
    assert second is not first
    assert second == afresh.rows(word(text), table)
    assert [p.code for p in once.problems.problems] == [p.code for p in afresh.problems.problems]


# Lookups.

MINE = Lookup(word("mine"), word("bigint[]"), word("select id from app.invoices"))
ASKING = replace(
    SPEC, lookups={word("mine"): MINE, word("public"): replace(MINE, name=word("public"))}
)


def looked_up(sql, kind="bigint[]"):
    found = Collector()
    one = Lookup(word("mine"), word(kind), word(sql))
    return bind_lookup(one, ASKING, SCOPE, accessor, found), found.problems


def test_a_lookup_is_one_list_without_nulls():
    bound_lookup, problems = looked_up("select org_id from app.members where user_id = claims.sub")

    assert problems == []
    assert bound_lookup.sql == (
        "SELECT CAST(array_agg(found.value) AS bigint[]) FROM (SELECT org_id FROM app.members "
        "WHERE user_id = (SELECT jwtroles.claim_sub())) AS found (value) "
        "WHERE found.value IS NOT NULL"
    )
    assert bound_lookup.reads == {MEMBERS: {"org_id", "user_id"}}


@pytest.mark.parametrize(
    ("sql", "kind", "code"),
    [
        ("select org_id, user_id from app.members", "bigint[]", "JR357"),
        ("select * from app.members", "bigint[]", "JR357"),
        ("select org_id from app.members", "bigint[", "JR200"),
        ("select org_id from app.nothing", "bigint[]", "JR321"),
    ],
)
def test_a_lookup_of_another_form(sql, kind, code):
    result, problems = looked_up(sql, kind)

    assert result is None
    assert [problem.code.id for problem in problems] == [code]


def test_a_lookup_is_asked_once_per_statement():
    found = Collector()
    text = word("own and id in mine")
    result = bind_predicate(text, INVOICES, ASKING, SCOPE, accessor, found)

    assert found.problems == []
    assert result.sql == (
        "owner_id = (SELECT jwtroles.claim_sub()) AND "
        "id = ANY(CAST((SELECT jwtroles.lookup_mine()) AS bigint[]))"
    )
    assert result.lookups == {"mine"}


@pytest.mark.parametrize(
    ("text", "table", "code"),
    [
        ("org_id in public", MEMBERS, "JR356"),
        ("public", MEMBERS, "JR356"),
        ("exists (select from app.members m where m.org_id in public)", INVOICES, "JR356"),
        ("mine", INVOICES, "JR266"),
        ("id = any (mine)", INVOICES, "JR266"),
        ("exists (select from app.members m where m.org_id = mine)", INVOICES, "JR266"),
    ],
)
def test_the_name_of_a_lookup_is_nothing_else(text, table, code):
    found = Collector()

    assert bind_predicate(word(text), table, ASKING, SCOPE, accessor, found) is None
    assert [problem.code.id for problem in found.problems] == [code]
