"""What of a database is examined: what a file is about, or what can be told without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.compiler.access import Names
from jwtroles.frozen import frozen
from jwtroles.hosting import recognised, services
from jwtroles.names import PUBLIC, text_matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwtroles.kinds.role import Role
    from jwtroles.spec.model import Environment, Spec


@frozen
class Subject:
    """What the checks ask about.

    Attributes:
        project, environment: '' without a specification.
        schemas: managed schemas and globs of them; () for all that are not the system's.
        logins, token_roles: by their names in the database.
        adopted: roles that the file takes over.
        platform: roles that a platform owns.
        service: the managed service that the file names.
        verify: who verifies tokens, `database` or `gateway`; '' where it is not known.
    """

    project: str = ""
    environment: str = ""
    schemas: tuple[str, ...] = ()
    logins: frozenset[str] = frozenset()
    token_roles: frozenset[str] = frozenset()
    adopted: frozenset[str] = frozenset()
    platform: frozenset[str] = frozenset()
    verify: str = ""
    service: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a specification."""
        return bool(self.project)

    def covers(self, schema: str) -> bool:
        """Tell whether a schema is looked at."""
        if self.service and services()[self.service].holds(schema):
            return False
        return not self.schemas or any(text_matches(one, schema) for one in self.schemas)


def subject_of(spec: Spec, environment: Environment | None) -> Subject:
    """Return what a specification is about."""
    names = Names.of(environment)
    return Subject(
        project=str(spec.project),
        environment=str(environment.name) if environment else "",
        schemas=tuple(map(str, spec.database.schemas)),
        logins=frozenset(names(login.name) for login in spec.database.connect_as),
        token_roles=frozenset(map(names, spec.token_roles)),
        adopted=frozenset(map(names, spec.database.adopt)),
        platform=frozenset(map(names, spec.database.platform)),
        verify=str(spec.tokens.verify),
        service=str(spec.database.hosted_by or ""),
    )


def subject_found(roles: Mapping[str, Role], functions: frozenset[str]) -> Subject:
    """Return what can be told without a specification: the roles with a mark, and the service."""
    seems = [one.name for one in recognised(roles, functions)]
    marked = [role for role in roles.values() if role.project and role.name != PUBLIC]
    return Subject(
        logins=frozenset(role.name for role in marked if role.login),
        token_roles=frozenset(role.name for role in marked if not role.login),
        service=seems[0] if seems else "",
    )
