"""What is called otherwise: by the file, or by another database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from jwtroles.frozen import frozen
from jwtroles.names import QName


@frozen
class Renames:
    """What exists under another name than the file gives it (`was`): old name → new name.

    A query is told by its name and arguments.
    """

    roles: Mapping[str, str] = field(default_factory=dict)
    views: Mapping[QName, QName] = field(default_factory=dict)
    queries: Mapping[tuple[QName, str], QName] = field(default_factory=dict)

    def role(self, name: str) -> str:
        """Return what a role will be called."""
        return self.roles.get(name, name)

    def all_roles(self, names: Iterable[str]) -> frozenset[str]:
        """Return what several roles will be called."""
        return frozenset(map(self.role, names))


NO_RENAMES = Renames()
