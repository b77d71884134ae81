"""Settings that PostgreSQL applies when a role logs in: ALTER ROLE … IN DATABASE … SET."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field, replace

from jwtroles import codes
from jwtroles.frozen import frozen
from jwtroles.kinds.base import (
    NOWHERE,
    Change,
    Context,
    Effect,
    Need,
    Origin,
    Phase,
    Row,
    Statement,
)
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.mirror import Mirror, about
from jwtroles.names import ident, literal

LISTS = frozenset(
    {"search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries"}
)
"""Settings whose value is a list of names (GUC_LIST_QUOTE): as one text it would be one name."""

IDENTITY = re.compile(
    r"(role|session_authorization|is_superuser)\Z|(jwtroles|request)\.", re.IGNORECASE
)
"""Settings that say who somebody is, or that carry the ticket or a gateway's claims."""

_ELEMENT = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^",]*?))\s*(?:,|\Z)')


@frozen
class LoginSetting:
    """A setting that is stored with a role (manual: ALTER ROLE).

    Attributes:
        everywhere: in every database of the cluster; ours are for one database.
        value: as it is stored; a list in one form.
    """

    role: str
    everywhere: bool
    name: str
    value: str
    origin: Origin = field(default=NOWHERE, compare=False)


def elements(value: str) -> tuple[str, ...]:
    """Split the value of a list setting (`app, "Lab Work"`) into its names."""
    found: list[str] = []
    position = 0
    while match := _ELEMENT.match(value, position):
        quoted, bare = match.groups()
        found.append(quoted.replace('""', '"') if quoted is not None else bare.lower())
        position = match.end()
        if not match[0].endswith(","):
            break
    return tuple(found)


def stored_value(name: str, value: str) -> str:
    """Return a value as PostgreSQL stores it."""
    return ", ".join(map(ident, elements(value))) if name in LISTS else value


def parse(row: Row) -> Iterable[LoginSetting]:
    """Read a row of login_setting.sql."""
    value = stored_value(row["name"], row["value"])
    yield LoginSetting(row["role"], row["everywhere"], row["name"], value)


def statements(change: Change[LoginSetting], context: Context) -> Iterable[Statement]:
    """ALTER ROLE … SET or RESET, for this database or, to take it away, for all."""
    subject, after = change.subject, change.after
    where = "" if subject.everywhere else f" IN DATABASE {ident(context.database)}"
    name = ".".join(map(ident, subject.name.split(".")))
    sql = f"ALTER ROLE {ident(subject.role)}{where} "
    if after is None:
        sql += f"RESET {name}"
    else:
        value = after.value if subject.name in LISTS else literal(after.value)
        sql += f"SET {name} TO {value}"
    needs = (Need("admin", subject.role, f"role {subject.role}"),)
    if "." in subject.name:
        # Who may set one that no extension has defined yet is not known (manual section 20.16).
        needs = (Need("superuser", subject=f"role {subject.role}"),)
    note = "" if after else context.gone
    yield Statement(sql, Phase.ROLES, needs=needs, origin=subject.origin, note=note)


def effect(change: Change[LoginSetting], _context: Context) -> Effect:
    """Settings are no boundary, but for those that say who somebody is."""
    lost = change.after is None and IDENTITY.match(change.subject.name)
    return Effect.TIGHTENS if lost else Effect.NEUTRAL


def mirrored(
    source: LoginSetting | None, target: LoginSetting | None, mirror: Mirror
) -> LoginSetting | None:
    """Take PostgreSQL's own settings; those with a dot are an application's, secrets among them.

    What says who somebody is goes where the source has not the same, and is given to nobody.
    """
    one = source if source is not None else target
    if one is None or not ("." in one.name or IDENTITY.match(one.name)):
        return source
    if not IDENTITY.match(one.name):
        return target
    if source is not None and source != target:
        message = f"{source.role} has the setting {source.name} in {mirror.source.label}, which "
        message += "says who somebody is: that is never mirrored"
        mirror.fault(codes.NEVER_MIRRORED, message, f"reset it in {mirror.source.label}")
        return None
    return source


LOGIN_SETTING: Kind[LoginSetting] = Kind(
    "login_setting",
    parse,
    lambda one: (one.role, one.everywhere, one.name),
    statements,
    effect,
    called=lambda one: {"setting": one.name, "of": one.role, "role": one.role},
    follow=lambda one, renames: replace(one, role=renames.role(one.role)),
    mirrored=mirrored,
    level=about(lambda one: (one.role,)),
)
