"""The logins that services connect as, and the roles that tokens become: who binds them?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.doctor.model import Check, Finding, Severity, finding
from jwtroles.names import ident

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.doctor.facts import Facts
    from jwtroles.doctor.subject import Subject
    from jwtroles.kinds.role import Role

_UNBOUND = ("superuser", "bypassrls", "createrole", "replication")
"""Attributes with which row security does not bind a role, or not for long."""

_EVERYTHING = frozenset(
    {
        "pg_execute_server_program",
        "pg_read_all_data",
        "pg_read_server_files",
        "pg_write_all_data",
        "pg_write_server_files",
    }
)
"""Predefined roles that reach data past grants (manual section 21.5): with the server's files, row
security as well."""


def check(facts: Facts, subject: Subject) -> Check:
    """Look at what logins and token roles are, and what they reach by memberships."""
    there = sorted(subject.logins & facts.roles.keys())
    missing = sorted(subject.logins - facts.roles.keys())
    words = [", ".join(there)] if there else []
    words += [f"{', '.join(missing)} not made yet"] if missing else []
    if not words:
        words = ["none that the file names" if subject.known else "none that jwtroles made"]
    findings = [
        found
        for role in sorted((subject.logins | subject.token_roles) & facts.roles.keys())
        for found in _role(role, facts, subject)
    ]
    return Check("logins", "; ".join(words), tuple(findings))


def _role(name: str, facts: Facts, subject: Subject) -> Iterator[Finding]:
    role = facts.roles[name]
    what = "login" if name in subject.logins else "token role"
    has = [flag for flag in _UNBOUND if getattr(role, flag)]
    theirs = name in subject.platform
    if has:
        words = " and ".join(map(str.upper, has))
        message = f"the {what} {name} has {words}: row security does not bind it"
        remedy = f"ALTER ROLE {ident(name)} {' '.join(f'NO{flag.upper()}' for flag in has)};"
        severity = Severity.ERROR
        if theirs:
            severity = Severity.WARNING
            remedy = "the platform made it so: give it to nobody that a policy has to bind"
        yield finding(severity, codes.UNBOUND, message, remedy=remedy)
    yield from _reaches(role, what, facts, subject)
    if name in subject.logins:
        yield from _inherits(role, facts, subject)
        yield from _shut_out(role, facts)


def _reaches(role: Role, what: str, facts: Facts, subject: Subject) -> Iterator[Finding]:
    """Name each role that is reached by memberships and that row security does not bind."""
    owners = {one.owner for one in facts.owned if subject.covers(one.schema)}
    for other in sorted(facts.above(role.name, facts.reach)):
        reached = facts.roles.get(other)
        if reached is None:
            continue
        why = next((f"has {flag.upper()}" for flag in _UNBOUND if getattr(reached, flag)), "")
        why = why or ("owns tables" if other in owners else "")
        why = why or ("reaches data past grants" if other in _EVERYTHING else "")
        if not why:
            continue
        steps = _first_steps(role.name, other, facts, subject)
        if not steps:
            continue  # by token roles alone, of which the same is told
        way = "" if other in steps else f" through {', '.join(steps)}"
        message = f"the {what} {role.name} is a member of {other}{way}, which {why}"
        remedy = "  ".join(f"REVOKE {ident(one)} FROM {ident(role.name)};" for one in steps)
        severity = Severity.ERROR
        if {role.name, other} <= subject.platform:
            severity = Severity.WARNING
            remedy = "the platform made it so: whoever connects as this login can become it"
        yield finding(severity, codes.REACHES_UNBOUND, message, remedy=remedy)


def _first_steps(role: str, other: str, facts: Facts, subject: Subject) -> list[str]:
    """Return what a role is itself a member of and by which it gets to another one."""
    direct = facts.reach.get(role, frozenset()) - subject.token_roles
    return sorted(one for one in direct if other in {one, *facts.above(one, facts.reach)})


def _inherits(role: Role, facts: Facts, subject: Subject) -> Iterator[Finding]:
    inherited = sorted(facts.above(role.name, facts.parents) & subject.token_roles)
    if inherited:
        message = f"the login {role.name} has the rights of {', '.join(inherited)} without a token"
        name = ident(role.name)
        without = [f"GRANT {ident(one)} TO {name} WITH INHERIT FALSE;" for one in inherited]
        without = without if facts.major >= 16 else [f"ALTER ROLE {name} NOINHERIT;"]
        remedy = f"jwtroles apply takes them away; by hand:  {'  '.join(without)}"
        yield finding(Severity.WARNING, codes.INHERITS, message, remedy=remedy)


def _shut_out(role: Role, facts: Facts) -> Iterator[Finding]:
    name, database = ident(role.name), ident(facts.server.database)
    reasons = {
        "it has NOLOGIN": (not role.login, f"ALTER ROLE {name} LOGIN;"),
        "VALID UNTIL has passed": (
            role.name in facts.over,
            f"ALTER ROLE {name} VALID UNTIL 'infinity';",
        ),
        "it has no CONNECT here": (
            role.name not in facts.connect,
            f"GRANT CONNECT ON DATABASE {database} TO {name};",
        ),
        "CONNECTION LIMIT is 0": (
            role.connection_limit == 0,
            f"ALTER ROLE {name} CONNECTION LIMIT -1;",
        ),
    }
    for why, (holds, remedy) in reasons.items():
        if holds:
            message = f"nobody can connect as the login {role.name}: {why}"
            yield finding(Severity.WARNING, codes.SHUT_OUT, message, remedy=remedy)
