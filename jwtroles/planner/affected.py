"""Who else is affected: roles outside the file that would lose what they have today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from jwtroles import codes
from jwtroles.catalog import Catalog, Structure
from jwtroles.errors import Problem
from jwtroles.frozen import frozen
from jwtroles.kinds.acl import Acl, Grant
from jwtroles.kinds.base import Change
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.policy import Policy
from jwtroles.kinds.table_security import TableSecurity
from jwtroles.names import PUBLIC, QName, ident
from jwtroles.planner.model import CutOff, Step

COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")


def cut_off(steps: Iterable[Step], structure: Structure, desired: Catalog) -> tuple[CutOff, ...]:
    """Name every role outside the file that loses rows or rights by these steps.

    The role that applies them knows what it does, unless it could not connect again.
    """
    after = _After.of(structure, desired)
    found: dict[tuple[str, str, str], CutOff] = {}
    for step in steps:
        for one in _of(step.change, after):
            found.setdefault((one.role, one.subject, one.problem.code.id), one)
    server = structure.server
    knows = {(server.applier, key[1]) for key in found if key[1] != server.database}
    if server.plans_only:
        knows = set()
    return tuple(found[key] for key in sorted(found) if key[:2] not in knows)


def left_without_rows(
    steps: Iterable[Step], structure: Structure, desired: Catalog
) -> tuple[CutOff, ...]:
    """Name who is let through by a policy of `database.exempt` that goes, and by no other one."""
    after = _After.of(structure, desired)
    found: list[CutOff] = []
    for step in steps:
        policy = step.change.before
        if not isinstance(policy, Policy) or step.change.after is not None or not policy.exempts:
            continue
        security = desired["table_security"].get(policy.table)
        for role in sorted(policy.roles):
            kept = role not in structure.roles or after.sees(role, policy.table, "SELECT")
            if kept or security is None or not security.enabled:
                continue
            message = f"{role} sees {policy.table} by the policy {policy.name}, which goes"
            remedy = (
                f"keep it: CREATE POLICY … ON {policy.table.sql} TO {ident(role)} USING (true), "
                "or --disable-row-security"
            )
            problem = Problem(codes.EXEMPT_LOSES, message, remedy=remedy)
            found.append(CutOff(role, str(policy.table), problem))
    return tuple(found)


@frozen
class _After:
    """The database as it will be: what is left to roles outside the file.

    Attributes:
        structure: the database as it is.
        desired: what will be there of the file.
        others: the rights of roles outside the file, by object.
        policies: all permissive policies that will be there, by table.
    """

    structure: Structure
    desired: Catalog
    others: Mapping[ObjectRef, Acl]
    policies: Mapping[QName, tuple[Policy, ...]]

    @classmethod
    def of(cls, structure: Structure, desired: Catalog) -> _After:
        """Sort by object what will be asked for by object."""
        policies: dict[QName, tuple[Policy, ...]] = {}
        for policy in (*desired["policy"].values(), *structure.other_policies):
            if policy.permissive:
                policies[policy.table] = (*policies.get(policy.table, ()), policy)
        others = {acl.object: acl for acl in structure.others}
        return cls(structure, desired, others, policies)

    def sees(self, role: str, table: QName, command: str) -> bool:
        """Tell whether a policy will give rows of a table to a role, itself or by inheritance."""
        line = self.structure.above(role) | {PUBLIC}
        return any(
            policy.command in ("all", command.lower()) and policy.roles & line
            for policy in self.policies.get(table, ())
        )

    def unbound(self, role: str, table: QName) -> bool:
        """Tell whether row security does not bind a role: superuser, BYPASSRLS, or the owner."""
        facts = self.structure.roles.get(role)
        if facts is not None and (facts.superuser or facts.bypassrls):
            return True
        relation = self.structure.relations.get(table)
        heirs = self.structure.heirs.get(relation.owner, frozenset()) if relation else frozenset()
        return relation is not None and not relation.forced and role in heirs

    def holders(self, ref: ObjectRef) -> dict[str, set[str]]:
        """Return who outside the file holds what on an object by its own name."""
        found: dict[str, set[str]] = {}
        if acl := self.others.get(ref):
            for role, privilege in acl.rights:
                if role != PUBLIC:
                    found.setdefault(role, set()).add(privilege)
        return found

    def keeps(self, role: str, grant: Grant) -> bool:
        """Tell whether a role has a right of PUBLIC's in another way as well."""
        facts = self.structure.roles.get(role)
        if facts is not None and facts.superuser:
            return True
        if role in self.structure.heirs.get(grant.owner, frozenset()):
            return True
        line = self.structure.above(role)
        if any(grant.privilege in self.holders(grant.object).get(one, ()) for one in line):
            return True
        acl = self.desired["acl"].get(grant.object)
        return acl is not None and any((one, grant.privilege) in acl.rights for one in line)

    def users(self, ref: ObjectRef) -> frozenset[str]:
        """Return the roles outside the file that can get at an object at all.

        That takes USAGE on its schema, and for the database itself a login.
        """
        if ref.cls != "database":
            return self.structure.schema_users.get(ref.name.schema, frozenset())
        roles = self.structure.roles.values()
        outside = {role.name for role in roles if role.login and not role.superuser}
        return frozenset(outside - self.desired["role"].keys())

    def below(self, role: str) -> list[str]:
        """Return who has a role's rights by membership."""
        members = self.structure.parents
        return sorted(one for one in members if one != role and role in self.structure.above(one))


def _of(change: Change[object], after: _After) -> Iterator[CutOff]:
    match change.after, change.before:
        case TableSecurity(table=table, enabled=True), TableSecurity(enabled=False) | None:
            yield from _rows(table, after, "with row security on it will see no row")
        case None, Policy(name=name, table=table, roles=roles, permissive=True) if PUBLIC in roles:
            yield from _rows(table, after, f"without the policy {name} it will see no row")
        case left, Grant(grantee="PUBLIC") as lost if _less(lost, left):
            yield from _public(lost, after)
        case left, Grant() as lost if lost.right.passed_on and not _may_pass_on(left):
            yield from _passed_on(lost, after)


def _less(before: Grant, after: object) -> bool:
    if not isinstance(after, Grant):
        return True
    columns = after.right.columns
    return columns is not None and (
        before.right.columns is None or bool(before.right.columns - columns)
    )


def _may_pass_on(left: object) -> bool:
    return isinstance(left, Grant) and left.right.option != frozenset()


def _passed_on(grant: Grant, after: _After) -> Iterator[CutOff]:
    """Name who holds the right from the grantee alone, or from somebody who does."""
    acl = after.others.get(grant.object)
    held = acl.rights if acl else {}
    rights = {role: right for (role, what), right in held.items() if what == grant.privilege}
    losing = {grant.grantee}
    while more := {r for r in rights if r not in losing and rights[r].grantors <= losing}:
        losing |= more
    what, name = grant.privilege.lower(), after.structure.name_of(grant.object)
    for role in sorted(losing - {grant.grantee}):
        message = f"{role} can {what} {name} because {grant.grantee} passed it on, which it loses"
        remedy = "keep it: let the owner grant it"
        problem = Problem(codes.PASSED_ON_LOSES, message, remedy=remedy)
        yield CutOff(role, str(grant.object), problem)


def _rows(table: QName, after: _After, why: str) -> Iterator[CutOff]:
    for role, privileges in sorted(after.holders(ObjectRef("table", table)).items()):
        commands = [one for one in COMMANDS if one in privileges]

        def loses(one: str, commands: list[str] = commands) -> bool:
            return not after.unbound(one, table) and any(
                not after.sees(one, table, command) for command in commands
            )

        members = after.below(role)
        losing = [one for one in members if loses(one)]
        facts = after.structure.roles.get(role)
        only_members = bool(members) and facts is not None and not facts.login
        if not loses(role) or (only_members and not losing):
            continue
        can = ", ".join(command.lower() for command in commands)
        through = f" (and through it {', '.join(losing)})" if losing else ""
        message = f"{role}{through} can {can} {table} today; {why}"
        remedy = f"keep it: database.exempt: [{role}]"
        yield CutOff(role, str(table), Problem(codes.ROWS_VANISH, message, remedy=remedy))


def _public(grant: Grant, after: _After) -> Iterator[CutOff]:
    ref = grant.object
    if ref.cls == "default":  # nobody has anything yet
        return
    users = after.users(ref)
    losing = {role for role in users if not after.keeps(role, grant)}
    for role in sorted(losing):
        if losing & (after.structure.above(role) - {role}):
            continue  # the role that it inherits from is named
        what = _CAN.get(grant.privilege, grant.privilege.lower())
        name = after.structure.name_of(ref)
        message = f"{role} can {what} {name} only through PUBLIC"
        remedy = _keep(grant, role, name, after.structure)
        yield CutOff(role, str(ref), Problem(codes.PUBLIC_LOSES, message, remedy=remedy))


_CAN = {
    "CONNECT": "connect to",
    "CREATE": "create in",
    "TEMPORARY": "make temporary tables in",
    "USAGE": "use",
}
"""What a privilege lets one do with its object, where its name is no verb for it."""


def _keep(grant: Grant, role: str, name: str, structure: Structure) -> str:
    """Return how a role keeps what it has through PUBLIC.

    In the file PUBLIC gets no tables, and none of what the file itself declares.
    """
    ref, what = grant.object, grant.privilege.lower()
    routines = structure.routines.values()
    if any((r.name, r.arguments) == (ref.name, ref.arguments) and r.project for r in routines):
        function = f"{ref.name.sql}({ref.arguments})"
        return f"keep it: GRANT {grant.privilege} ON FUNCTION {function} TO {ident(role)}"
    if ref.cls == "database" and what == "temporary":
        return f"keep it: GRANT TEMPORARY ON DATABASE {ident(name)} TO {ident(role)}"
    if ref.cls == "database":
        return f"keep it: roles: {{PUBLIC: {{database: [{what}]}}}}"
    if section := _SECTION.get(ref.cls):
        return f'keep it: roles: {{PUBLIC: {{{section}: {{"{name}": [{what}]}}}}}}'
    return f"keep it: GRANT {grant.privilege} ON {ref.name.sql} TO {ident(role)}"


_SECTION: Mapping[str, str] = {
    "function": "functions",
    "procedure": "functions",
    "sequence": "sequences",
    "type": "types",
    "schema": "schemas",
}
"""The key under a role that names objects of a class."""
