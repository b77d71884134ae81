"""The database that is attacked: its schema, its specification, its keys."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from jwtroles.spec.load import load
from tests.attack.tokens import SECRET, Keys

if TYPE_CHECKING:
    import pytest

    from jwtroles.spec.model import Spec
    from tests.servers import Sandbox

HERE = Path(__file__).parent


def prepared(sandbox: Sandbox, folder: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> Spec:
    """Load the schema into a database, and return the specification, whose keys are in `folder`."""
    monkeypatch.setenv("SHOP_SECRET", SECRET)
    sandbox.load(HERE / "schema.sql")
    keys.write(folder / "keys")
    return load(Path(shutil.copy(HERE / "jwtroles.yaml", folder)))
