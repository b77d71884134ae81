"""One file, compiled once for all databases that differ in nothing but their names.

Only what is compiled is shared. What a database prints of it is asked of each one: that depends on
more of it than was read.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from jwtroles.compiler import compile_spec
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.names import QName

if TYPE_CHECKING:
    from jwtroles.catalog import Structure
    from jwtroles.compiler import Compiled
    from jwtroles.kinds.acl import Acl
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.verifier.key_sources import Keys

KEPT = 8
"""How many structures are remembered: where each database is another one, none is of use."""


class OneFile:
    """Compiles one file, environment and set of keys for many databases."""

    def __init__(self) -> None:
        self._known: deque[tuple[Structure, Compiled]] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def __call__(
        self, spec: Spec, environment: Environment | None, structure: Structure, keys: Keys
    ) -> Compiled:
        """Return what the file comes to on a structure.

        Raises:
            CompileError: every way in which the file does not fit the database.
        """
        database = structure.server.database
        key = _anywhere(structure)
        with self._lock:  # whoever waits has nothing to compile then
            for known, compiled in self._known:
                if known == key:
                    return _renamed(compiled, "", database)
            compiled = compile_spec(spec, environment, structure, keys)
            self._known.appendleft((key, _renamed(compiled, database, "")))
            return compiled


def _anywhere(structure: Structure) -> Structure:
    """Return a structure without what tells its database from another one of the cluster.

    Of roles that have left the file it counts that another database uses them, not which one.
    """
    old = structure.server.database
    return replace(
        structure,
        server=replace(structure.server, database="", locks_held=0),
        objects={_called(ref, old, ""): owner for ref, owner in structure.objects.items()},
        others=tuple(_moved(acl, old, "") for acl in structure.others),
        elsewhere=dict.fromkeys(structure.elsewhere, ()),
    )


def _renamed(compiled: Compiled, old: str, new: str) -> Compiled:
    """Return what was compiled for one database as it is for another one: it names its own."""
    rights = [_moved(acl, old, new) for acl in compiled.catalog["acl"].values()]
    return replace(compiled, catalog=compiled.catalog.with_kind("acl", rights))


def _moved(acl: Acl, old: str, new: str) -> Acl:
    called = _called(acl.object, old, new)
    return acl if called is acl.object else replace(acl, object=called)


def _called(ref: ObjectRef, old: str, new: str) -> ObjectRef:
    here = ref.cls == "database" and ref.name == QName("", old)
    return ObjectRef("database", QName("", new)) if here else ref
