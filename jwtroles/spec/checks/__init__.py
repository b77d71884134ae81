"""What a file can be judged by on its own, apart from its predicates.

Each check reads a whole `Spec` and notes problems; none depends on another. Whether tables,
columns and other roles exist is for the compiler, which has the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.spec.checks import (
    access,
    environments,
    floors,
    future,
    issuers,
    keep,
    lookups,
    names,
    renames,
    tokenless,
    tokens,
    unmarked,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwtroles.errors import Collector
    from jwtroles.spec.model import Spec

CHECKS: tuple[Callable[[Spec, Collector], None], ...] = (
    names.reserved_roles,
    names.taken_names,
    names.environment_names,
    names.role_references,
    names.exempt_roles,
    environments.variables,
    environments.databases,
    environments.only,
    environments.roles_there,
    names.platform_roles,
    names.service_names,
    keep.keep,
    environments.loads,
    names.schemas,
    names.inheritance,
    renames.old_names,
    tokenless.places,
    tokenless.inheritance,
    tokenless.keys,
    tokenless.unsafe,
    tokens.claims,
    tokens.mapping,
    tokens.role_set_by,
    tokens.logins,
    tokens.absent,
    tokens.issuers,
    tokens.test_issuers,
    tokens.test_times,
    issuers.keys,
    issuers.secrets,
    floors.names_and_tables,
    floors.cycles,
    floors.lifted,
    lookups.declarations,
    access.parts,
    access.globs,
    access.taken_out,
    access.public,
    access.nothing,
    access.creating,
    future.future,
    access.settings,
    access.views,
    unmarked.tokens,
    unmarked.needing_marks,
    unmarked.only_unmarked,
    unmarked.conditions,
)


def check(spec: Spec, problems: Collector) -> None:
    """Note everything in `spec` that contradicts itself."""
    for each in CHECKS:
        each(spec, problems)
