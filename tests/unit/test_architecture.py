"""The house as its documents describe it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jwtroles.kinds import KINDS

ROOT = Path(__file__).parents[2]
LONGEST = 400


def test_the_five_files_to_read_first_exist():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    first = re.findall(r"^\d\. \[`([^`]+)`\]", text, re.MULTILINE)
    assert len(first) == 5
    assert [name for name in first if not (ROOT / name).is_file()] == []


def test_every_package_is_described():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = sorted(path.parent.name for path in (ROOT / "jwtroles").glob("*/__init__.py"))
    assert [name for name in packages if f"| `{name}` |" not in text] == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_has_its_query(kind):
    query = ROOT / "jwtroles" / "kinds" / "sql" / f"{kind.name}.sql"
    text = query.read_text(encoding="utf-8")
    assert text.startswith("-- ")
    code = [line for line in text.splitlines() if not line.startswith("--")]
    assert [line for line in code if ";" in line] == []


def test_no_query_is_left_over():
    names = {kind.name for kind in KINDS}
    found = {path.stem for path in (ROOT / "jwtroles" / "kinds" / "sql").glob("*.sql")}
    assert found == names


def test_no_function_of_a_package_is_hidden_by_a_module_of_its_name():
    """Importing a submodule sets its name in the package, over whatever the package defines."""
    hidden = []
    for package in (ROOT / "jwtroles").rglob("__init__.py"):
        modules = {path.stem for path in package.parent.iterdir()}
        body = ast.parse(package.read_text(encoding="utf-8")).body
        defined = [one for one in body if isinstance(one, ast.FunctionDef | ast.ClassDef)]
        hidden += [f"{package.parent.name}.{one.name}" for one in defined if one.name in modules]
    assert hidden == []


def test_no_module_is_a_house_of_its_own():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "jwtroles").rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_help_loads_nothing_heavy():
    program = (
        "import sys; from jwtroles.cli import run; run(['--help']);"
        "print([m for m in ('psycopg', 'pglast', 'jinja2', 'yaml') if m in sys.modules],"
        " file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stderr.strip() == "[]"
