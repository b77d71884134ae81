"""Modules that are loaded while something else is waited for."""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from jwtroles.meanwhile import load_meanwhile

if TYPE_CHECKING:
    from pathlib import Path


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
