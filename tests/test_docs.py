"""The documentation against the code: what it says exists, and what it shows runs."""

from __future__ import annotations

import importlib.util
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import category

import psycopg
import pytest
from rich.text import Text

from jwtroles import apply, codes, connect, load, plan
from jwtroles.errors import SpecError
from jwtroles.spec.grammar.file import FILE
from jwtroles.spec.records import Record
from jwtroles.spec.shapes import ByForm, ByKey, ListOf, Made, MapOf
from jwtroles.spec.words import Nullable
from tests.pages import FENCE, ROOT, Block, blocks, replay, steps, text_of, unrun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Sandbox

DOCS = ROOT / "docs"
PACKAGE = ROOT / "jwtroles"
EXAMPLE = ROOT / "examples" / "saas-gateway"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


# Pages that are made from the code.


def program(name: str) -> Any:
    """Return a program of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_errors_and_commands_are_what_the_code_says() -> None:
    assert program("reference").stale() == [], "run: python docs/reference.py"


def test_the_picture_of_a_plan_says_what_plan_prints() -> None:
    picture = program("picture")
    drawn = re.findall(r"<text class[^>]*>([^<]*)</text>", picture.PICTURE.read_text("utf-8"))
    words = unescape(" ".join(drawn)).split()
    printed = Text.from_ansi(picture.printed()).plain.split()
    assert "".join(words) == "".join([*picture.TITLE.split(), *printed]), "python docs/picture.py"


def test_the_picture_can_be_read() -> None:
    """A contrast of 4.5 to 1 with the ground (WCAG 2.2, 1.4.3)."""
    drawn = program("picture").PICTURE.read_text("utf-8")
    (ground,) = re.findall(r'<rect fill="(#[0-9a-f]{6})" stroke=', drawn)
    inks = set(re.findall(r"-r[0-9]+ \{ fill: (#[0-9a-f]{6})", drawn))
    assert len(inks) > 1
    assert [ink for ink in inks if contrast(ink, ground) < 4.5] == []


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colors, `#rrggbb` (WCAG 2.2, definitions)."""
    dark, light = sorted(luminance(bytes.fromhex(color[1:])) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def luminance(color: bytes) -> float:
    """Return the relative luminance of a color (WCAG 2.2, definitions)."""
    parts = (part / 255 for part in color)
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_code_is_used() -> None:
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    used = {name for source in sources for name in re.findall(r"\bcodes\.([A-Z0-9_]+)\b", source)}
    declared = {name for name, value in vars(codes).items() if isinstance(value, codes.Code)}
    assert declared - used == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_code_that_a_page_names_exists(name: str) -> None:
    known = {code.id for code in codes.all_codes()}
    assert set(re.findall(r"\bJR\d{3}\b", text_of(name))) - known == set()


# The keys of the language.


def records(shape: Any) -> Iterator[Record[Any]]:
    """Yield every record of the grammar that stands below a shape."""
    if isinstance(shape, Record):
        yield shape
        inner = [field.shape for field in shape.fields]
    elif isinstance(shape, ByForm):
        inner = [form for form in (shape.text, shape.items, shape.fields) if form is not None]
    elif isinstance(shape, ByKey):
        inner = [*shape.forms.values(), shape.otherwise]
    elif isinstance(shape, ListOf):
        inner = [shape.item]
    elif isinstance(shape, MapOf):
        inner = [shape.key, shape.value]
    elif isinstance(shape, Made | Nullable):
        inner = [shape.shape]
    else:
        inner = []
    for one in inner:
        yield from records(one)


def test_every_key_of_the_language_is_described() -> None:
    described = text_of("docs/language.md")
    keys = {field.key for record in records(FILE) for field in record.fields}
    assert {key for key in keys if not re.search(rf"`{key}[:`]", described)} == set()


# Links, and what only one machine has.

LINK = re.compile(r"\[[^\]\[]*\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page, as GitHub makes them of its headings."""
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    kept = ("".join(c for c in h.lower() if c in " -_" or category(c)[0] in "LN") for h in headings)
    return {heading.replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    page, dead = ROOT / name, []
    for link in LINK.findall(FENCE.sub("", text_of(name))):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("name", NAMES)
def test_no_page_names_a_path_of_one_machine(name: str) -> None:
    text = text_of(name)
    assert re.findall(r"(?:/home/|/root\b|/Users/|[A-Z]:\\)\S*", text) == []
    assert str(ROOT) not in text


# YAML.


BASE = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: acme_authenticator}
tokens:
  verify: gateway
  claims:
    sub: {type: uuid, required: true}
    tenant_id: {type: uuid, path: /app_metadata/tenant_id}
    roles: {type: "text[]", path: /app_metadata/roles}
rows:
  own: owner_id = claims.sub
  unpaid: status <> 'paid'
roles:
  member: {}
"""
"""What the examples of the manual stand in: each replaces the top-level keys that it has."""

SECTION = re.compile(r"^([a-z_]+):.*\n(?:[ \n].*\n?|\n)*", re.MULTILINE)
FRAGMENTS = [
    *blocks("docs/language.md", "yaml"),
    *blocks("docs/gateway.md", "yaml"),
    *blocks("docs/fleets.md", "yaml"),
]


@pytest.mark.parametrize("block", FRAGMENTS, ids=str)
def test_the_yaml_of_the_manual_loads(block: Block, tmp_path: Path) -> None:
    sections = {match[1]: match[0] for match in SECTION.finditer(BASE)}
    sections |= {match[1]: match[0] for match in SECTION.finditer(block.text)}
    if "include" in sections:  # then what the block does not say is in the files that it includes
        rest = {key: text for key, text in sections.items() if f"{key}:" not in block.text}
        sections = {key: text for key, text in sections.items() if key not in rest}
        for key, text in rest.items():
            part = tmp_path / ("access" if key == "tokens" else "services") / f"{key}.yaml"
            part.parent.mkdir(exist_ok=True)
            part.write_text(text, encoding="utf-8")
    file = tmp_path / "jwtroles.yaml"
    file.write_text("".join(sections.values()), encoding="utf-8")
    assert refusals(file) == block.info.split(" ")[1:]


def refusals(file: Path) -> list[str]:
    """Return the codes of all that is wrong with a file."""
    try:
        load(file)
    except SpecError as error:
        return [problem.code.id for problem in error.problems]
    return []


# Shell blocks. The README's need a database of the reader's: tests/test_init.py.


@pytest.mark.parametrize("name", [name for name in NAMES if name != "README.md" and steps(name)])
def test_the_commands_of_a_page_run_as_it_says(name: str, tmp_path: Path) -> None:
    """In order, in one fresh folder, with the outputs that the page shows."""
    replay(name, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_shell_block_that_is_not_run_says_why(name: str) -> None:
    assert [str(block) for block in unrun(name) if not block.reason] == []


# Gateway mode.

TENANTS = ("11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222")
OWNER = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
MEMBER = {"sub": OWNER, "app_metadata": {"tenant_id": TENANTS[0], "roles": ["member"]}}
LOGIN = "acme_authenticator"


@pytest.fixture
def applied(sandbox: Sandbox) -> Sandbox:
    """Give the example, applied, with a customer and an invoice of each of two tenants."""
    sandbox.load(EXAMPLE / "schema.sql")
    with connect(sandbox.url) as connection:
        apply(connection, plan(connection, load(EXAMPLE / "jwtroles.yaml"), "dev"))
    for number, tenant in enumerate(TENANTS, start=1):
        sandbox.run_sql(
            f"INSERT INTO app.customers (tenant_id, name, email) VALUES ('{tenant}', 'x', 'y');"
            "INSERT INTO app.invoices (id, tenant_id, owner_id) "
            f"VALUES ({number}, '{tenant}', '{OWNER}')"
        )
    return sandbox


def statements(block: Block) -> list[str]:
    return [part for part in re.sub(r"--.*", "", block.text).split(";") if part.strip()]


def test_what_gateway_mode_does_not_hold_against(applied: Sandbox) -> None:
    """The two blocks that forge claims and take another role succeed, as the page says."""
    last = []
    forging = [block for block in blocks("docs/gateway.md", "sql") if "$1" not in block.text]
    for block in forging:
        connection = applied.connect(LOGIN)
        rows = []
        for statement in statements(block):
            cursor = connection.execute(statement.encode())
            rows += cursor.fetchall() if cursor.description else []
        last.append(str(rows[-1][0]))
    assert last == [TENANTS[1], "billing_admin"]


def test_the_code_for_a_service(applied: Sandbox) -> None:
    (block,) = blocks("docs/gateway.md", "python")
    page: dict[str, Any] = {}
    exec(compile(block.text, str(block), "exec"), page)
    url = applied.url_for(LOGIN)
    assert page["invoices"](url, MEMBER) == [1]
    refused = [MEMBER | {"sub": None}, MEMBER | {"sub": "x"}, MEMBER | {"app_metadata": {}}, {}]
    for claims in refused:
        with pytest.raises(psycopg.Error) as raised:
            page["invoices"](url, claims)
        assert raised.value.sqlstate == "28000"
    with psycopg.connect(url, autocommit=True) as connection:
        with page["acting_as"](connection, MEMBER):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute("select jwtroles.pre_request()")
            assert one(connection, "select current_user") == "member"
        assert one(connection, "select current_user") == LOGIN
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select from app.invoices")
    with psycopg.connect(url) as connection, pytest.raises(ValueError, match="autocommit"):
        page["acting_as"](connection, MEMBER).__enter__()


def test_what_postgrest_sends(applied: Sandbox) -> None:
    """Role, claims and pre-request in one transaction, with the login itself as db-anon-role."""
    claims = '{"role": "acme_authenticator", "sub": "' + OWNER + '", "app_metadata": '
    member = claims + '{"tenant_id": "' + TENANTS[0] + '", "roles": ["member"]}}'
    with psycopg.connect(applied.url_for(LOGIN)) as connection:
        request(connection, LOGIN, member)
        assert one(connection, "select array_agg(id) from app.invoices") == [1]
        connection.rollback()
        with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification):
            request(connection, LOGIN, '{"role": "acme_authenticator"}')
        connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            request(connection, "member", member)


def request(connection: psycopg.Connection, role: str, claims: str) -> None:
    settings = "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)"
    connection.execute(settings, (role, claims))
    connection.execute("select jwtroles.pre_request()")


def one(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]
