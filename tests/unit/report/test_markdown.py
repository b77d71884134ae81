"""The comment on a pull request: golden pages, and names that try to be more than names."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import report_plans as plans
import test_text as cases
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from jwtroles import codes
from jwtroles.errors import Problem, UsageError
from jwtroles.planner.model import CutOff
from jwtroles.report.markdown import render_errors, render_markdown
from jwtroles.report.markdown.escape import bold, code, fenced, marker
from jwtroles.report.markdown.fit import LIMIT, Fixed, Section, Table, fitted
from jwtroles.report.problems import visible
from tests.saved_plans.bench import run

GOLDEN = Path(__file__).parent / "golden"
PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
SHORT = ("small", "drift")
PAGES = ("first", "small", "drift", "in_sync", "hostile")
TAGS = {"<code>", "</code>", "<br>", "<sub>", "</sub>"}
BLOCK = re.compile(
    r"<details><summary>[\w ,]+</summary>\n?\Z|</details>\n?\Z|<!-- jwtroles[^>]*-->\n?\Z"
)
WORDS = "| ` `` \\ @team <img src=x> --> #1 [a](b) * _ ~~ $a$ &lt; https://x.example </details> ```"
BAD = [*WORDS.split(), "\n", "\r", " ", "\u202e", "é"]
NAMES = st.lists(
    st.sampled_from(BAD) | st.text(min_size=1, max_size=3), min_size=1, max_size=6
).map("".join)
FEW = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)


def tokens_of(text):
    """Yield every token of Markdown, with the type of the block that it is in."""
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def plain(cell):
    """Return the text of an inline token as a reader sees it."""
    return "".join(
        t.content for t in cell.children if t.type in ("text", "text_special", "code_inline")
    )


def outside_of_code(text):
    """Yield the texts that GitHub looks into for mentions, issues and links."""
    for block in PARSER.parse(text):
        inside = False
        for token in block.children or ():
            if token.type == "html_inline":
                inside = {"<code>": True, "</code>": False}.get(token.content, inside)
            elif token.type in ("text", "text_special") and not inside:
                yield token.content


def cells(text):
    """Return the rows of all tables, as the texts of their cells."""
    rows = []
    for token in PARSER.parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and token.level >= 4:
            rows[-1].append(plain(token))
    return rows


@cache
def page(name, *, without_emoji=False):
    case = getattr(cases, name)()
    return render_markdown(case.plan, case.spec, plain=without_emoji)


@pytest.mark.parametrize("name", PAGES)
def test_page(name, update):
    golden = GOLDEN / f"{name}.md"
    plan = getattr(cases, name)().plan
    text = page(name).replace(plan.id, "0123abcd") + "\n"
    if name not in SHORT:  # what `--format sql` prints has goldens of its own
        text = re.sub(r"(?<=```sql\n).*?(?=```)", "…\n", text, flags=re.DOTALL)
    if update:
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


def test_no_page_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.md")} == set(PAGES)


@given(NAMES)
@example("|")
@example("a\\|b")
@example("`")
@example(" a ")
@FEW
def test_a_name_comes_back_from_its_cell_and_is_nothing_else(name):
    text = Table(("what", "who"), ((code(name), "x"),), "rows", "c").within(LIMIT)
    assert cells(text) == [["what", "who"], [visible(name), "x"]]
    kinds = {t.type for t in tokens_of(text)}
    assert kinds & {"link_open", "image", "em_open", "strong_open", "html_block", "fence"} == set()
    assert {t.content for t in tokens_of(text) if t.type == "html_inline"} <= TAGS
    assert "".join(outside_of_code(text)) == "whatwhox"


@given(NAMES)
@example("a\n```\n# b")
@example("````\r~~~")
@FEW
def test_a_heading_and_a_fence_hold_what_they_are_given(name):
    heading, _, rest = PARSER.parse(f"### in {bold(name)}")
    assert (heading.type, rest.type) == ("heading_open", "heading_close")
    (block,) = PARSER.parse(fenced(name, "sql"))
    assert block.type == "fence"
    assert block.content == "\n".join(map(visible, re.split(r"\r\n|[\r\n]", name))) + "\n"


@given(NAMES, NAMES)
@FEW
def test_the_marker_is_one_comment_and_tells_projects_apart(project, environment):
    text = marker(project, environment)
    (block,) = PARSER.parse(text)
    assert block.type == "html_block"
    assert re.fullmatch(r"<!-- jwtroles:[^:<>\s]*:[^:<>\s]* -->", text)
    assert (text == marker(environment, project)) == (project == environment)


def assert_only_ours(text):
    """Check that a comment has no HTML, link or mention but those that jwtroles writes."""
    assert len(text) <= LIMIT
    found = list(tokens_of(text))
    assert [t for t in found if t.type in ("link_open", "image", "code_block")] == []
    assert {t.content for t in found if t.type == "html_inline"} <= TAGS
    blocks = [t.content for t in found if t.type == "html_block"]
    pieces = [piece for block in blocks for piece in block.splitlines()]
    assert [piece for piece in pieces if not BLOCK.match(piece)] == []
    assert sum(p.startswith("<details>") for p in pieces) == pieces.count("</details>")
    assert sum(t.type == "heading_open" for t in found) == 1
    assert [t for t in outside_of_code(text) if re.search(r"[@#<>]|https?:", t)] == []


@pytest.mark.parametrize("name", [*PAGES, "many", "renewed"])
def test_a_comment_holds_nothing_but_ours(name):
    assert_only_ours(page(name))


@given(st.lists(NAMES, min_size=1, max_size=3, unique=True))
@example(["-->\n@team <img src=x>|`"])
@settings(FEW, max_examples=15)
def test_hostile_names_stay_names_in_the_whole_comment(names):
    case = cases.hostile(names)
    text = render_markdown(case.plan, case.spec)
    assert_only_ours(text)
    seen = {cell for row in cells(text) for cell in row}
    assert {visible(name) for name in names} <= seen


def test_hostile_conditions_stay_conditions():
    condition = "note <> '`|@team <img src=x> -->\n```\n</details>'"
    text = plans.FILE.replace("  own: owner_id = claims.sub", f"  own: {condition!r}")
    spec = plans.spec_of(text.replace(repr(condition), '"' + condition.replace("\n", "\\n") + '"'))
    case = cases.Case(plans.plan_of(spec, plans.saas()), spec)
    comment = render_markdown(case.plan, case.spec)
    assert "@team" in comment
    assert_only_ours(comment)


@pytest.mark.parametrize("limit", [3_000, 6_000, 12_000, 30_000])
def test_what_does_not_fit_is_left_out_by_rows_and_counted(limit):
    rows = tuple((f"`row{n}`", "x" * (n % 50)) for n in range(400))
    parts = [
        Fixed("### head"),
        Table(("a", "b"), rows, "rows", "jwtroles plan", weight=9),
        Table(("a", "b"), rows, "rows", "jwtroles plan", "folded", "legend", weight=7),
        Section(fenced("select 1;\n" * 900, "sql"), "no SQL", weight=2),
    ]
    text = fitted(parts, limit)
    assert len(text) <= limit
    shown = sum(len(row) for row in cells(text) if row[0].startswith("row")) // 2
    left_out = sum(map(int, re.findall(r"^(\d+) (?:more )?rows are left out", text, re.MULTILINE)))
    assert shown + left_out == 800
    assert len([t for t in tokens_of(text) if t.type == "fence"]) == ("no SQL" not in text)
    assert text.count("<details>") == text.count("</details>") == 1


def test_hundreds_of_tables_fit_into_a_comment():
    more = [plans.table(f"area_{number:03}", "id", "tenant_id") for number in range(400)]
    spec = plans.spec_of()
    case = cases.Case(plans.plan_of(spec, plans.saas(*more)), spec)
    text = render_markdown(case.plan, case.spec)
    assert_only_ours(text)
    assert len(text) > LIMIT * 9 // 10
    assert "--format sql" in text


def test_plain_leaves_the_emoji_out():
    for name in PAGES:
        emoji = set("✅🔒🔓⚠⛔️")
        assert emoji & set(page(name))
        assert not emoji & set(page(name, without_emoji=True))


def test_what_is_kept_is_told_in_a_plan_in_sync_too():
    case = cases.in_sync()
    note = Problem(codes.NOT_ALLOWED, "grant of metrics_bot: `@team` asked for it")
    plan = replace(case.plan, kept=(note,))
    text = render_markdown(plan, case.spec)
    assert note.message in text
    assert_only_ours(text)


def test_errors_are_a_comment_too():
    error = UsageError(Problem(codes.USAGE, "no `@team` in postgresql://me:sesame@db/x\n```"))
    text = render_errors(error)
    assert_only_ours(text)
    assert "1 error" in text
    assert "sesame" not in text


def test_errors_of_two_environments_are_two_comments(tmp_path: Path) -> None:
    """Also where the file cannot be read as one, and what would not be a plan of one database."""
    file = tmp_path / "jwtroles.yaml"
    marks = set()
    for text in ("project: acme\nrolez: {}\n", 'project: "acme" # ours\n{', "project: acme\n"):
        file.write_text(text, encoding="utf-8")
        for name in ("staging", "production"):
            said = run(tmp_path, "plan", "--env", name, "--format", "markdown")
            assert said.code == 1
            first, heading = said.out.splitlines()[:2]
            assert heading.endswith(f"in **{name}**")
            marks.add(first)
    assert marks == {marker("acme", "staging"), marker("acme", "production")}
    assert run(tmp_path, "diff", "a", "b", "--format", "markdown").out.startswith(
        marker("acme", "a → b")
    )


@given(
    tables=st.integers(1, 1000),
    length=st.integers(0, 3000),
    cut=st.integers(0, 60),
)
@example(tables=1, length=0, cut=0)
@example(tables=1000, length=60, cut=0)
@example(tables=300, length=3000, cut=60)
@settings(FEW, max_examples=6)
def test_a_comment_of_any_plan_fits_and_is_whole(tables, length, cut):
    """Whatever the number of tables, the length of a condition and of roles that are cut off."""
    text = plans.FILE.replace(
        "  own: owner_id = claims.sub", f"  own: owner_id = claims.sub and '{'x' * length}' <> ''"
    )
    more = [plans.table(f"area_{number:04}", "id", "tenant_id") for number in range(tables - 1)]
    spec = plans.spec_of(text)
    plan = plans.plan_of(spec, plans.saas(*more))
    note = Problem(codes.ROWS_VANISH, "it sees no row " + "y" * length)
    plan = replace(
        plan, cut_off=tuple(CutOff(f"role_{n}" * 9, "app.invoices", note) for n in range(cut))
    )
    comment = render_markdown(plan, spec)
    assert_only_ours(comment)
    first, second, *_ = comment.splitlines()
    assert first == marker(plan.project, plan.environment)
    assert second.startswith("### ")
    rows = [line for line in comment.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in rows)
    assert comment.count("\n```") % 2 == 0
    # Access comes before the SQL.
    assert "| role | table |" in comment.partition("SQL")[0] or "left out here" in comment
