"""The text of `jwtroles test`."""

from __future__ import annotations

from dataclasses import replace

from jwtroles.errors import Place, Source
from jwtroles.policy_tests.results import Judged, Results, TestResult
from jwtroles.policy_tests.vacuity import ALONE
from jwtroles.report.policy_tests import render_tests

SOURCE = Source("jwtroles.yaml", "")
GOOD = Judged("select 1", "(1)", "(1)", place=Place(SOURCE, 120, 9))
BECOMES = Judged("becomes: member", "member", "member", place=Place(SOURCE, 110, 14))
VACUOUS = Judged(
    "update app.invoices set note = 'x' where id = 99",
    "denied",
    "no row",
    "denied, but vacuous",
    (ALONE,),
    Place(SOURCE, 127, 9),
)

RESULTS = Results(
    "gateway",
    (
        TestResult("a member sees its tenant and edits its own", BECOMES, (*[GOOD] * 11, VACUOUS)),
        TestResult("an auditor reads its tenant and writes nothing", BECOMES, (GOOD,) * 3),
        TestResult("a token without a role gets nothing", BECOMES),
        TestResult("a token without a tenant gets nothing", BECOMES),
    ),
)


def test_one_line_a_test_and_more_where_something_is_wrong() -> None:
    assert (
        render_tests(RESULTS)
        == """\
 ✓ a member sees its tenant and edits its own       11 of 12
   ✗ :127  update app.invoices set note = 'x' where id = 99       denied, but vacuous
       it met no row, and would meet none as the table's owner either: it passes without any policy.
 ✓ an auditor reads its tenant and writes nothing     3 of 3
 ✓ a token without a role gets nothing
 ✓ a token without a tenant gets nothing
14 of 15 expectations hold. Everything was rolled back."""
    )


def test_a_token_that_became_another_role_is_marked_and_counted() -> None:
    wrong = replace(BECOMES, came="auditor", verdict="another role", details=("expected  member",))
    found = Results("gateway", (TestResult("one", wrong, (GOOD,), elsewhere=2),))
    assert (
        render_tests(found)
        == """\
 ✗ one   1 of 1
   ✗ :110  becomes: member                                        another role
       expected  member
1 of 1 expectation holds; 1 token did not become what the file says; 2 not run: for
`verify: database` alone. Everything was rolled back."""
    )


def test_with_several_files_a_place_names_its_file() -> None:
    other = replace(VACUOUS, place=Place(Source("services/shipping.yaml", ""), 13, 1))
    found = Results("gateway", (TestResult("one", BECOMES, (GOOD, other)),))
    assert "   ✗ services/shipping.yaml:13  update" in render_tests(found)


def test_nothing_is_wider_than_asked_and_no_word_is_lost() -> None:
    statement = "select " + " or ".join(f"column_{n} = 'value {n}'" for n in range(30))
    long = replace(VACUOUS, statement=statement, details=("came      " + "(1, Ann), " * 30,))
    found = Results("gateway", (TestResult("a long name " * 12, BECOMES, (GOOD, long)),))
    for width in (60, 100):
        lines = render_tests(found, width).splitlines()
        assert max(map(len, lines)) <= width
        assert " ".join(" ".join(lines).split()).count("column_") == 30
        assert "denied, but vacuous" in render_tests(found, width)


def test_no_expectation_is_no_failure() -> None:
    found = Results("gateway", (TestResult("nobody", BECOMES),))
    assert found.passed
    assert render_tests(found) == " ✓ nobody\n0 of 0 expectations hold. Everything was rolled back."
