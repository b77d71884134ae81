"""Modules that are loaded while something else is waited for."""

from __future__ import annotations

import re
import sys
import threading
from importlib import import_module
from pathlib import Path

import pytest

from jwtroles.meanwhile import load_meanwhile

PACKAGE = Path(__file__).parents[2] / "jwtroles"


def load(module: str) -> None:
    """Load a module meanwhile, and wait until that is over."""
    before = {*threading.enumerate()}
    load_meanwhile(module)
    for thread in {*threading.enumerate()} - before:
        thread.join()


def test_a_module_is_loaded_by_another_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import threading\nloaded_by = threading.current_thread()\n"
    (tmp_path / "loaded_meanwhile.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    load("loaded_meanwhile")
    loaded = sys.modules.pop("loaded_meanwhile")
    assert loaded.loaded_by is not threading.current_thread()


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_whoever_imports_it_meets_its_error() -> None:
    load("there_is_no_such_module")
    with pytest.raises(ModuleNotFoundError, match="there_is_no_such_module"):
        import_module("there_is_no_such_module")


@pytest.mark.parametrize("name", ["jwtroles", "jwtroles.report.text", "rich.cells"])
def test_parts_of_packages_are_not_loaded_beside_others(name: str) -> None:
    with pytest.raises(ValueError, match="not to be loaded beside others"):
        load_meanwhile(name)


def test_libraries_that_are_loaded_so_are_imported_as_a_whole() -> None:
    """A thread that imports a part of one while another imports the whole may be refused it."""
    sources = [path.read_text("utf-8") for path in PACKAGE.rglob("*.py")]
    names = {name for text in sources for name in re.findall(r'load_meanwhile\("(\w+)"\)', text)}
    assert names
    for name in names:
        parts = [text for text in sources if re.search(rf"(?:from|import) {name}\.", text)]
        assert parts == []
