"""Leaving many databases: it stands where a `Job` stands, and plans to leave each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.reader.connection import Connection
    from jwtroles.reader.identity import Located
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.targets.model import Target
    from jwtroles.workflow import Planned

Make = Callable[["Connection", "Spec", "Environment | None", frozenset[str]], "Planned"]
"""Plans to leave one database, where some roles stay for the others."""


@frozen
class Leaving:
    """What all databases that are left have in common.

    Attributes:
        spec: what of the file holds in the environment.
        make: plans to leave one.
    """

    spec: Spec
    environment: Environment
    make: Make

    def plan(
        self, connection: Connection, target: Target, where: Located, stay: frozenset[str]
    ) -> Planned:
        """Plan to leave a database."""
        del target, where
        return self.make(connection, self.spec, self.environment, stay)
