"""What goes when a database is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.names import QName


@frozen
class Leaving:
    """What goes when jwtroles is uninstalled.

    Attributes:
        project: whose objects go.
        roles: the roles that go: those that carry its mark and were not adopted.
        staying: roles with its mark that another database of the cluster uses. Here they lose what
            they have, and what is the cluster's stays: they, and what they are members of.
        schema: whether the schema `jwtroles` is the project's and goes.
        objects: views and queries that go, by name and arguments, and with them the rights on them.
        unsecured: tables whose row security is to be turned off.
    """

    project: str
    roles: frozenset[str]
    schema: bool
    objects: frozenset[tuple[QName, str]] = frozenset()
    unsecured: frozenset[QName] = frozenset()
    staying: frozenset[str] = frozenset()
