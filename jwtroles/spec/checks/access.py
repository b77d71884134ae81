"""What roles hold: parts that fit their command, globs that do not compete, sane settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.kinds.login_setting import IDENTITY
from jwtroles.names import PUBLIC, glob_matches, is_glob, parse_qname
from jwtroles.spec.checks.globs import overlaps
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.errors import Collector
    from jwtroles.spec.model import Access, Role, Spec, Word

_SETTING = re.compile(r"[a-zA-Z_][a-zA-Z0-9_$]*(\.[a-zA-Z_][a-zA-Z0-9_$]*)*\Z")
"""valid_custom_variable_name of guc.c; names without a dot are the server's own."""

_NOT_FOR_PUBLIC = (
    "comment",
    "inherits",
    "member_of",
    "grant_to",
    "tables",
    "settings",
    "connection_limit",
    "token",
    "login",
    "unsafe",
)


def _accesses(spec: Spec) -> Iterator[Access]:
    for role in spec.roles.values():
        for accesses in role.tables.values():
            yield from accesses


def parts(spec: Spec, problems: Collector) -> None:
    """Columns, rows and check stand only where PostgreSQL has something that they become."""
    for access in _accesses(spec):
        reads = access.command in {"select", "delete"}
        named = access.columns if access.columns is not None else access.except_ or None
        if access.command == "delete" and named is not None:
            problems.add(
                codes.PART_DOES_NOT_APPLY,
                "`delete` has no columns: it removes whole rows",
                named[0].place if named else access.place,
                remedy="write `delete: all`, or limit the rows: `delete: {rows: …}`",
            )
        if access.except_ and access.columns is not None:
            problems.add(
                codes.PART_DOES_NOT_APPLY,
                "`columns` says which columns, and `except` all but some",
                access.except_[0].place,
                remedy="keep one of the two",
            )
        if access.check is not None and reads:
            problems.add(
                codes.PART_DOES_NOT_APPLY,
                f"`{access.command}` writes no row that `check` could look at",
                access.check.place,
                remedy="use `rows`, which limits the rows that it reaches",
            )
        if access.command == "insert" and access.check is not None and access.rows is not None:
            problems.add(
                codes.PART_DOES_NOT_APPLY,
                "`insert` has one condition, and `check` would replace `rows`",
                access.check.place,
                remedy="join them in `rows` with `and`",
            )


def globs(spec: Spec, problems: Collector) -> None:
    """No two globs of a role could match one table and say different things of one command."""
    for name, role in spec.roles.items():
        for one, other in overlaps(role.tables):
            shared = [
                second.command
                for second in role.tables[other]
                if any(_disagree(first, second) for first in role.tables[one])
            ]
            if shared:
                line = one.place.line if one.place else "?"
                problems.add(
                    codes.GLOBS_OVERLAP,
                    f"two globs of {tick(name)} disagree about {', '.join(shared)}",
                    other.place,
                    label=f"a table could match {tick(one)} on line {line}, too",
                    remedy="say the same in both, make one narrower, or name the tables",
                )


def _disagree(one: Access, other: Access) -> bool:
    """Tell whether two accesses say different things of one command in one environment."""
    together = not one.only or not other.only or set(one.only) & set(other.only)
    return one.command == other.command and bool(together) and _said(one) != _said(other)


def _said(access: Access) -> tuple[object, ...]:
    """Return what an access says, whatever the order of its columns."""
    columns = None if access.columns is None else frozenset(access.columns)
    without = frozenset(access.except_)
    return (columns, without, access.rows, access.check, access.unsafe, access.nothing)


def taken_out(spec: Spec, problems: Collector) -> None:
    """`none` takes a table out of a glob of the role that has the command, and nothing else."""
    for role in spec.roles.values():
        for word, accesses in role.tables.items():
            for access in accesses:
                if access.nothing and (wrong := _takes_nothing(role, word, access)):
                    message, remedy = wrong
                    problems.add(codes.TAKES_NOTHING_OUT, message, access.place, remedy=remedy)


def _takes_nothing(role: Role, word: Word, access: Access) -> tuple[str, str] | None:
    table = parse_qname(word)
    if table is None or is_glob(word):
        message = f"`{access.command}: none` takes one table out, and {tick(word)} is a glob"
        return message, "name the table, or leave the command out"
    for other, accesses in role.tables.items():
        commands = {one.command for one in accesses}
        if is_glob(other) and access.command in commands and glob_matches(other, table):
            return None
    return (
        f"no glob of {tick(role.name)} gives `{access.command}` on {tick(word)}",
        "leave it out: what the file does not say is not granted",
    )


def public(spec: Spec, problems: Collector) -> None:
    """PUBLIC gets rights on objects, and nothing that only a role can have."""
    role = next((role for name, role in spec.roles.items() if name == PUBLIC), None)
    for key in _NOT_FOR_PUBLIC if role else ():
        if key == "tables" and spec.database.unmarked:
            continue  # what somebody granted to everybody is stated as it is
        if role and key in role.places:
            problems.add(
                codes.PUBLIC_HOLDS,
                f"PUBLIC cannot have `{key}`",
                role.places[key],
                remedy="PUBLIC may have rights on objects; for the rest, declare a role",
            )


_CLOSED = ("functions", "types", "schemas", "database")
"""Sections of what PostgreSQL opens to PUBLIC by itself."""


def nothing(spec: Spec, problems: Collector) -> None:
    """Only PUBLIC is said to have nothing on an object: what PostgreSQL gives it goes."""
    for role in spec.roles.values():
        for section, word, privileges in role.objects() if role.name != PUBLIC else ():
            if section in _CLOSED and not privileges:
                problems.add(
                    codes.EMPTY,
                    f"{tick(role.name)} is given nothing on {tick(word)} under `{section}`",
                    word.place,
                    remedy="take it out; an empty list is for PUBLIC alone",
                )


def creating(spec: Spec, problems: Collector) -> None:
    """No token makes objects: what a token role owns, no row security binds it to."""
    for role in spec.roles.values():
        stated = spec.database.unmarked or not role.token
        for section, word, privileges in () if stated else role.objects():
            for privilege in privileges:
                if privilege != "create" and (privilege != "temporary" or not _verified(spec)):
                    continue
                on = "the database" if section == "database" else f"the schema {tick(word)}"
                problems.add(
                    codes.TOKEN_CREATES,
                    f"{tick(role.name)} cannot have `{privilege}` on {on}",
                    privilege.place,
                    remedy="let the role that runs your migrations make objects",
                )


def _verified(spec: Spec) -> bool:
    return spec.tokens.verify == "database"


def settings(spec: Spec, problems: Collector) -> None:
    """Settings are named like settings, and none of them says who somebody is."""
    for role in spec.roles.values():
        for name in role.settings:
            if not _SETTING.match(name):
                _setting(name, "is not the name of a setting", problems)
            elif IDENTITY.match(name):
                _setting(name, "says who somebody is, which only a token may", problems)


def _setting(name: Word, why: str, problems: Collector) -> None:
    problems.add(
        codes.SETTING,
        f"{tick(name)} {why}",
        name.place,
        remedy="settings are run-time ones such as statement_timeout or work_mem",
    )


def views(spec: Spec, problems: Collector) -> None:
    """Views of the file are granted where they are declared."""
    for name, role in spec.roles.items():
        for table in role.tables:
            if table in spec.views:
                problems.add(
                    codes.VIEW_AS_TABLE,
                    f"{tick(table)} is a view of this file",
                    table.place,
                    remedy=f"under views, {table}:  grant: {{{name}: [select]}}",
                )
