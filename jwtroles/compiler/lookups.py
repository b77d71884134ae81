"""Lookups: lists that a definer function finds, as a NOLOGIN role that may read just its columns.

No floor stands under that role: a floor that asks the lookup would ask itself. What limits it is
its own SELECT, which is parsed when it is made, so that no search_path and no temporary table
changes what it reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from jwtroles.catalog import Structure
from jwtroles.compiler.access import Granted, reading
from jwtroles.compiler.bind import Scope, bind_lookup
from jwtroles.compiler.grants import Rights
from jwtroles.compiler.guard import Guard
from jwtroles.errors import Collector
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Origin
from jwtroles.kinds.function import SAFE_PATH, Function
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.own_schema import lookup_name
from jwtroles.names import OWN_SCHEMA, QName
from jwtroles.spec.model import Spec


@frozen
class Lookups:
    """Lookups as catalog objects, and what their roles must be able to read."""

    functions: Mapping[str, Function] = field(default_factory=dict)
    reads: Mapping[str, Mapping[QName, frozenset[str]]] = field(default_factory=dict)

    @property
    def roles(self) -> frozenset[str]:
        """The roles that own them."""
        return frozenset(self.reads)

    @property
    def owners(self) -> Mapping[QName, str]:
        """Function → the role that owns it."""
        return {function.name: function.owner for function in self.functions.values()}

    def accesses(self, structure: Structure) -> tuple[Granted, ...]:
        """Return SELECT on the columns that they read."""
        return tuple(
            reading(role, table, columns, structure)
            for role, tables in self.reads.items()
            for table, columns in tables.items()
        )

    def grant(self, rights: Rights, asked: Iterable[tuple[str, str]]) -> None:
        """Let each role call the lookups that its policies ask, given as (lookup, role).

        The role of a lookup grants it by its name, which takes USAGE on the schema.
        """
        schema = ObjectRef("schema", QName(OWN_SCHEMA, OWN_SCHEMA))
        for function in self.functions.values():
            rights.add(schema, function.owner, "USAGE", function.origin)
        for name, role in asked:
            if name in self.functions:
                asked_one = self.functions[name]
                ref = ObjectRef("function", asked_one.name, asked_one.arguments)
                rights.add(ref, role, "EXECUTE", asked_one.origin)


def compile_lookups(
    spec: Spec, scope: Scope, guard: Guard, structure: Structure, problems: Collector
) -> Lookups:
    """Compile `lookups:`."""
    functions: dict[str, Function] = {}
    reads: dict[str, Mapping[QName, frozenset[str]]] = {}
    for lookup in spec.lookups.values():
        role = spec.lookup_role(lookup.name)
        bound = bind_lookup(lookup, spec, scope, guard.accessor(role), problems)
        if bound is None:
            continue
        reads[role] = bound.reads
        functions[str(lookup.name)] = Function(
            lookup_name(lookup.name),
            arguments="",
            returns=structure.types[lookup.type],
            language="sql",
            volatility="s",
            parallel=guard.parallel,
            definer=True,
            settings=SAFE_PATH,
            body=bound.sql,
            owner=role,
            atomic=True,
            project=str(spec.project),
            body_sql=bound.sql,
            origin=Origin(lookup.name.place),
        )
    return Lookups(functions, reads)
