"""Managed services, and what of a database is theirs: `hosting.yaml`, read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jwtroles.frozen import frozen
from jwtroles.names import text_matches

if TYPE_CHECKING:
    from collections.abc import Collection

NAMES = ("rds", "aurora", "cloud_sql", "alloydb", "azure", "supabase", "neon")
"""What `database.hosted_by` may be; a test holds it and the table together."""


@frozen
class Service:
    """A managed service; `hosting.yaml` says of each field what it is."""

    name: str
    title: str
    known_by: tuple[str, ...]
    admin: str
    may: str
    roles: tuple[str, ...]
    schemas: tuple[str, ...]
    extensions: tuple[str, ...]
    sources: tuple[str, ...]
    functions: tuple[str, ...] = ()
    token_roles: tuple[str, ...] = ()

    def owns(self, role: str) -> bool:
        """Tell whether a role is the service's alone."""
        return any(text_matches(one, role) for one in self.roles)

    def holds(self, schema: str) -> bool:
        """Tell whether a schema is the service's."""
        return any(text_matches(one, schema) for one in self.schemas)

    def known(self, roles: Collection[str]) -> bool:
        """Tell whether the roles of a server are those of this service."""
        return all(one in roles for one in self.known_by)


@cache
def services() -> dict[str, Service]:
    """Return every service by its name."""
    import yaml  # noqa: PLC0415 - 19 ms

    text = files("jwtroles").joinpath("hosting.yaml").read_text(encoding="utf-8")
    # In C a tenth of the time; the wheels of PyYAML have it, a build of one's own may not.
    data = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    return {name: Service(name, **_values(entry)) for name, entry in data.items()}


def _values(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()}


def functions() -> list[str]:
    """Return the functions of pg_catalog that some service is known by."""
    return sorted({name for one in services().values() for name in one.functions})


def recognised(roles: Collection[str], there: Collection[str] = ()) -> tuple[Service, ...]:
    """Return the services that a server may be, by its roles, and functions of pg_catalog.

    One that has functions of its own is meant only where those are there, and then before others.
    """
    found = [one for one in services().values() if one.known(roles)]
    special = [one for one in found if one.functions and set(one.functions) <= set(there)]
    return tuple(special or (one for one in found if not one.functions))
