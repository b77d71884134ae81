"""Problems on a terminal: the form of the page, exact to the character, and nothing raw."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from jwtroles import codes
from jwtroles.errors import (
    ApplyError,
    CompileError,
    JwtrolesError,
    Place,
    Problem,
    Refused,
    Source,
    SpecError,
    UsageError,
)
from jwtroles.report.problems import MAX_WIDTH, render
from jwtroles.report.text.layout import Page
from jwtroles.spec.load import load_text

FILE = """\
jwtroles: 1
project: acme
database: {schemas: [app]}
tokens:
  verify: gateway
  claims:
    sub: {type: uuid}
    nickname: {type: text, trusted: false}
rows:
  unpaid: status <> 'paid'
  shared: public or meta #>> '{owner}' = claims.sub::text
roles:
  member:
    tables:
      app.invoices:
        insert: {rows: f(invoice_id, line)}
        update: {columns: [note, total], rows: x and unpiad}
mapping:
  - {claim: nickname, equals: x, role: membre}
"""
EXPECTED = """\
error[JR119]: this predicate is cut short by a `#`
  --> jwtroles.yaml:11:26
   |
11 |   shared: public or meta #>> '{owner}' = claims.sub::text
   |                          ^ YAML starts a comment here; the rule would be `public or meta`
   = quote it:  shared: "public or meta #>> '{owner}' = claims.sub::text"

error[JR118]: the value of `rows` ends at the comma
  --> jwtroles.yaml:16:24
   |
16 |         insert: {rows: f(invoice_id, line)}
   |                        ^^^^^^^^^^^^ YAML reads this as `f(invoice_id`, then a key `line)`
   = quote a predicate inside {…}:  insert: {rows: "f(invoice_id, line)"}

error[JR204]: unknown named predicate `unpiad`
  --> jwtroles.yaml:17:54
   |
17 |         update: {columns: [note, total], rows: x and unpiad}
   |                                                      ^^^^^^ did you mean `unpaid`?
   = named predicates: unpaid, shared

error[JR221]: claim `nickname` is not trusted: users can edit it
  --> jwtroles.yaml:19:13
   |
19 |   - {claim: nickname, equals: x, role: membre}
   |             ^^^^^^^^ declared `trusted: false` on line 8
   = map a claim that the issuer alone can set

error[JR230]: unknown role `membre`
  --> jwtroles.yaml:19:40
   |
19 |   - {claim: nickname, equals: x, role: membre}
   |                                        ^^^^^^ did you mean `member`?
   = roles of the file: member

1 file, 5 errors. `jwtroles explain JR119` says more."""


def plain(error: JwtrolesError, width: int = 100) -> str:
    return render(error, color=False, width=width)


def one(text: str, column: int, length: int, label: str = "") -> SpecError:
    place = Place(Source("f.yaml", text), 1, column, length)
    return SpecError(Problem(codes.UNKNOWN_KEY, "m", place, label))


def loaded(text: str) -> SpecError:
    try:
        load_text(text)
    except SpecError as error:
        return error
    raise AssertionError("the file has errors")


def test_errors_of_a_file() -> None:
    assert plain(loaded(FILE)) == EXPECTED


def test_one_error_is_one_error() -> None:
    assert plain(one("a: b", 1, 1)).endswith("1 file, 1 error. `jwtroles explain JR114` says more.")


def test_a_remedy_without_a_place() -> None:
    error = UsageError(
        Problem(
            codes.WHICH_ENVIRONMENT,
            "which environment? This file has dev, staging, production",
            remedy="jwtroles plan --env staging",
        )
    )
    assert plain(error) == (
        "error[JR012]: which environment? This file has dev, staging, production\n"
        "  = jwtroles plan --env staging"
    )


def test_details_in_columns_and_a_footer() -> None:
    stale = codes.Code("JR611", "stale", "")
    error = ApplyError(
        Problem(
            stale,
            "stale: production has changed since this plan was made (2026-05-04 10:12 UTC)",
            details=(
                "app.invoices\tpolicy jr_member_update\taltered",
                "role auditor\tconnection limit\t20 → 5",
            ),
            remedy="plan again:  jwtroles plan --env production --out plan.json",
        ),
        footer="Nothing was changed.",
    )
    assert plain(error) == (
        "error[JR611]: stale: production has changed since this plan was made "
        "(2026-05-04 10:12 UTC)\n"
        "   app.invoices   policy jr_member_update   altered\n"
        "   role auditor   connection limit          20 → 5\n"
        "  = plan again:  jwtroles plan --env production --out plan.json\n"
        "Nothing was changed."
    )


def test_details_of_details_and_a_remedy_of_two_lines() -> None:
    error = Refused(
        Problem(
            codes.Code("JR622", "not allowed", ""),
            "not allowed in production: 1 change destroys",
            details=("- role legacy_ro   dropped with 14 grants", "  because it left the file"),
            remedy="production allows tightens, neutral, loosens (jwtroles.yaml:16)\n"
            "once: --allow destroys    always: add it there",
        ),
        footer="Nothing was changed.",
    )
    assert plain(error) == (
        "error[JR622]: not allowed in production: 1 change destroys\n"
        "   - role legacy_ro   dropped with 14 grants\n"
        "     because it left the file\n"
        "  = production allows tightens, neutral, loosens (jwtroles.yaml:16)\n"
        "    once: --allow destroys    always: add it there\n"
        "Nothing was changed."
    )


def test_a_footer_stands_apart_from_excerpts() -> None:
    place = Place(Source("jwtroles.yaml", "tables: [app.*]"), 1, 10, 5)
    error = CompileError(
        Problem(codes.GLOBS_OVERLAP, "first", place, "matches app.outbox"),
        Problem(codes.GLOBS_OVERLAP, "second"),
        footer="Nothing was planned. 2 errors.",
    )
    assert plain(error) == (
        "error[JR239]: first\n"
        " --> jwtroles.yaml:1:10\n"
        "  |\n"
        "1 | tables: [app.*]\n"
        "  |          ^^^^^ matches app.outbox\n"
        "\n"
        "error[JR239]: second\n"
        "\n"
        "Nothing was planned. 2 errors."
    )


def test_only_the_footer_where_nothing_else_is_known() -> None:
    assert plain(ApplyError(footer="Interrupted.")) == "Interrupted."


def test_color_adds_nothing_that_plain_text_does_not_say() -> None:
    error = loaded(FILE)
    painted = render(error, color=True, width=100)
    assert painted != EXPECTED
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == EXPECTED


def test_escapes_of_the_file_are_made_visible() -> None:
    place = Place(Source("a\x1b[2J.yaml", "a: \x1b[31mred\x07 \u202eb\x9b"), 1, 12, 1)
    problem = Problem(
        codes.UNKNOWN_KEY,
        "m\x1b]0;title\x07",
        place,
        label="l\r\n",
        details=("d\x1b[A",),
        remedy="r\x08\nsecond\x7f",
    )
    text = plain(SpecError(problem))
    assert text.splitlines() == [
        "error[JR114]: m\\x1b]0;title\\x07",
        " --> a\\x1b[2J.yaml:1:12",
        "  |",
        "1 | a: \\x1b[31mred\\x07 \\u202eb\\x9b",
        "  |               ^^^^ l\\x0d\\x0a",
        "   d\\x1b[A",
        "  = r\\x08",
        "    second\\x7f",
        "",
        "1 file, 1 error. `jwtroles explain JR114` says more.",
    ]


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.text(), st.integers(1, 50), st.integers(1, 50))
def test_nothing_is_ever_sent_raw(
    text: str, message: str, label: str, remedy: str, column: int, length: int
) -> None:
    place = Place(Source(message, text), 1, column, length)
    problem = Problem(codes.UNKNOWN_KEY, message, place, label, (remedy,), remedy)
    for width in (1, 40, 100):
        shown = plain(SpecError(problem), width)
        assert {unicodedata.category(char) for char in shown.replace("\n", "")}.isdisjoint(
            {"Cc", "Cf", "Cs"}
        )


def test_passwords_are_covered_and_carets_still_fit() -> None:
    text = "dev: {database: postgres://u:s3cr:t@h/db, alow: []} # password=x1 password='y z'"
    shown = plain(one(text, text.index("alow") + 1, 4)).splitlines()
    assert shown[3] == (
        "1 | dev: {database: postgres://u:******@h/db, alow: []} # password=** password=*****"
    )
    assert shown[4] == "  | " + " " * text.index("alow") + "^^^^"
    message = SpecError(Problem(codes.YAML_SYNTAX, "in postgresql://me:hunter2@db.internal/acme"))
    assert plain(message) == "error[JR104]: in postgresql://me:*******@db.internal/acme"


def test_a_long_line_is_shown_around_the_caret() -> None:
    text = "a" * 300 + "HERE" + "b" * 300
    shown = plain(one(text, 301, 4, "here"), 60).splitlines()
    assert all(len(line) <= 60 for line in shown)
    line, caret = shown[3], shown[4]
    assert (line[4], line[-1]) == ("…", "…")
    assert line[caret.index("^") : caret.rindex("^") + 1] == "HERE"
    assert len(line) == 60, "the room is used"


def test_the_ends_of_a_long_line() -> None:
    start = plain(one("HERE" + "b" * 300, 1, 4), 60).splitlines()[3]
    assert (start[:8], start[-1]) == ("1 | HERE", "…")
    end = plain(one("b" * 300 + "HERE", 301, 4), 60).splitlines()[3]
    assert (end[:5], end[-4:]) == ("1 | …", "HERE")


def test_a_mark_longer_than_the_line_has_room_for() -> None:
    shown = plain(one("x" * 5_000_000, 1, 5_000_000), 60).splitlines()
    assert all(len(line) <= 60 for line in shown)
    assert "^" in shown[4]


def test_wide_and_combining_characters_keep_the_caret_in_place() -> None:
    shown = plain(one("会社: e\u0301 x", 8, 1)).splitlines()
    assert shown[3] == "1 | 会社: e\u0301 x"
    # Two ideographs take two columns each, the accent none.
    assert shown[4] == "  | " + " " * 8 + "^"


def test_a_place_past_the_end_of_the_file() -> None:
    place = Place(Source("f.yaml", "a: {"), 2, 1)
    shown = plain(SpecError(Problem(codes.YAML_SYNTAX, "m", place))).splitlines()
    assert shown[:5] == ["error[JR104]: m", " --> f.yaml:2:1", "  |", "2 |", "  | ^"]


def test_no_line_ends_inside_of_an_address_in_quotes() -> None:
    address = "'host=/var/run/postgresql dbname=staging application_name=night'"
    command = f"plan again:  jwtroles sync --from staging --to {address} --plan"
    shown = plain(SpecError(Problem(codes.UNKNOWN_KEY, "m", remedy=command)), 60)
    assert f"\n    {address}\n" in shown
    page = Page(40, color=False)
    assert address in page.paragraph(f"Next: jwtroles sync --from staging --to {address} --plan")


def test_lines_wrap_at_the_width_and_lose_nothing() -> None:
    predicate = " and ".join(f"column_{n} > claims.claim_{n}" for n in range(12))
    place = Place(Source("f.yaml", "a: b"), 1, 1)
    problem = Problem(
        codes.UNKNOWN_KEY, predicate, place, predicate, details=(predicate,), remedy=predicate
    )
    for width in (60, 100, 500):
        shown = plain(SpecError(problem), width)
        assert max(map(len, shown.splitlines())) <= min(width, MAX_WIDTH)
        words = [word for word in shown.split() if word not in {"|", "="}]
        assert " ".join(words).count(predicate) == 4
