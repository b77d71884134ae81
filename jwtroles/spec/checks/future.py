"""Rights on tables that are made later: what default privileges can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.names import parse_qname

if TYPE_CHECKING:
    from jwtroles.errors import Collector
    from jwtroles.spec.model import Access, Role, Spec, Word


def future(spec: Spec, problems: Collector) -> None:
    """They are for every table of a schema, whole tables, and leak to token roles."""
    for role in spec.roles.values():
        for pattern, accesses in role.tables.items():
            for access in accesses:
                if access.future and (wrong := _wrong(role, pattern, access)):
                    message, remedy = wrong
                    problems.add(codes.FUTURE, message, access.place, remedy=remedy)


def _wrong(role: Role, pattern: Word, access: Access) -> tuple[str, str] | None:
    name = parse_qname(pattern)
    if name is None or name.name != "*":
        return (
            "`future` is about every new table of a schema, and this names others",
            "write it beside a glob of a whole schema, such as app.*",
        )
    if access.columns is not None or access.except_ or access.rows or access.check:
        return (
            f"default privileges have neither columns nor rows: `{access.command}` has some",
            f"write `{access.command}: all`, or leave `future` out",
        )
    if role.token and not (access.unsafe or role.unsafe):
        return (
            "a new table has no row security until the next apply, and a token could read it all",
            "leave `future` out and apply after each migration, or say so:  unsafe: true",
        )
    return None
