"""Plans that are cut wherever they may be: every cluster is a transaction of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import applier
from jwtroles.applier import transaction
from jwtroles.catalog import Server

if TYPE_CHECKING:
    import pytest


def cut_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every plan from here on believe that the lock table has room for nothing."""
    monkeypatch.setattr(Server, "lock_room", property(lambda _server: 0))
    for module in (applier, transaction):
        monkeypatch.setattr(module, "check_room", lambda *_, **__: None)
