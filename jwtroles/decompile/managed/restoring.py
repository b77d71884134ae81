"""What somebody did by hand to a managed database: what is kept, and what a plan puts back.

The file says what its language has words for. What is too much is kept, with the reason. What
jwtroles makes by itself, so that the rest of the file holds, is never kept: the plan of the file
puts it back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.decompile.draft import Choices, Kept
from jwtroles.decompile.policies import key_of
from jwtroles.decompile.proof import NO_WORDS, entries, longer, stored_otherwise
from jwtroles.errors import Problem
from jwtroles.kinds import BY_NAME
from jwtroles.kinds.base import ANY, Effect
from jwtroles.kinds.login_setting import IDENTITY
from jwtroles.kinds.tag import comment_sql
from jwtroles.names import OWN_SCHEMA, PUBLIC, ident
from jwtroles.planner.describe import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jwtroles.decompile.found import Found
    from jwtroles.kinds.acl import Grant
    from jwtroles.kinds.base import Change
    from jwtroles.kinds.membership import Membership
    from jwtroles.kinds.policy import Policy
    from jwtroles.kinds.role import Role
    from jwtroles.planner.model import Plan, Step

NO_ROWS = "granted, and no policy of jwtroles gives rows there"

MAKES = frozenset({"CREATE", "TEMPORARY"})
"""Privileges to make objects, which nobody who brings a token may have."""

SHORT = 72
"""How long a statement is that is shown as it is."""


def differing(plan: Plan, choices: Choices, found: Found) -> Choices:
    """Keep what is too much, and say in another way what is stored as another text.

    Args:
        plan: of a file that was made of the database.
        choices: what is known so far.
        found: the database.
    """
    kept = list(choices.kept)
    for step in plan.steps:
        change = step.change
        if change.kind == "policy":
            choices = _policy(change, choices, found)
        elif change.before is not None and not _is_protection(change, found):
            kept += (one for one in _kept(change, choices) if one not in kept)
    return replace(choices, kept=tuple(kept))


def _kept(change: Change[Any], choices: Choices) -> Iterator[Kept]:
    subject = change.subject
    for one in entries(change):
        reason = one.reason
        if reason.startswith(NO_WORDS) or change.kind == "membership":
            reason = "made by hand"
        if change.kind == "acl" and reason == "made by hand":
            right = (subject.grantee, subject.object.name, subject.privilege.lower())
            reason = NO_ROWS if right in choices.withheld else "granted by hand"
        yield replace(one, reason=reason)


def _policy(change: Change[Policy], choices: Choices, found: Found) -> Choices:
    """Say a policy in another form, or keep it: then the right that it goes with is kept too."""
    before, policy = change.before, change.subject
    if all(map(found.made, policy.roles)) or (not policy.permissive and change.after is not None):
        return choices
    if before is not None and change.after is None:
        kept = {(before.table, before.name): _why(before)}
        return replace(choices, kept_policies={**kept, **choices.kept_policies})
    if before is not None:
        forms = longer(key_of(before), stored_otherwise(change), choices)
        if forms:
            return replace(choices, forms={**choices.forms, **forms})
    withheld = {(role, policy.table, policy.command) for role in policy.roles}
    return replace(choices, withheld=choices.withheld | withheld)


def _why(policy: Policy) -> str:
    kind = "permissive" if policy.permissive else "restrictive"
    what = f"{kind}, for {policy.command} to {', '.join(sorted(policy.roles))}"
    if policy.named_by_us and policy.permissive:
        return f"changed by hand, or without the right that goes with it: {what}"
    return f"made by hand: {what}"


def _is_protection(change: Change[Any], found: Found) -> bool:
    """Tell whether something too much is a hole in what jwtroles makes by itself."""
    about = _PROTECTED.get(change.kind)
    return about is not None and about(change.subject, found)


def _grant(grant: Grant, found: Found) -> bool:
    if OWN_SCHEMA in (grant.object.name.schema, grant.object.name.name) or found.made(
        grant.grantee
    ):
        return True
    if grant.grantee in found.logins:
        return True  # they have nothing before a token makes them a role
    bound = found.token_roles | {PUBLIC}
    makes = MAKES if found.closed else {"CREATE"}
    return grant.privilege in makes and grant.grantee in bound


def _membership(membership: Membership, found: Found) -> bool:
    return membership.member in found.logins


def _role(role: Role, found: Found) -> bool:
    return role.name in found.token_roles | found.logins


_PROTECTED: Mapping[str, Callable[[Any, Found], bool]] = {
    "acl": _grant,
    "membership": _membership,
    "role": _role,
    "login_setting": lambda setting, _found: IDENTITY.match(setting.name) is not None,
}
"""Kind → what of it is not kept, since it would undo what the file promises."""


def restored(plan: Plan, found: Found) -> tuple[Problem, ...] | None:
    """Return what a plan puts back; None where it would do anything else."""
    made_anew = _made_anew(plan)
    if not all(_puts_back(step, made_anew, found) for step in plan.steps):
        return None
    return tuple(_told(step) for step in plan.steps)


def _made_anew(plan: Plan) -> set[tuple[str, Any]]:
    """Return the keys of what is the same after the plan, though it has changes."""
    found = {key for step in plan.steps for key in BY_NAME[step.change.kind].dies_with(step.change)}
    before, after = (
        [(row.conditions, row.role) for _, row in sorted(catalog["claim_role"].items())]
        for catalog in (plan.current, plan.desired)
    )
    return found | ({("claim_role", ANY)} if before == after else set())  # other numbers alone


def _told(step: Step) -> Problem:
    message = f"{step.verb} {describe(step.change)}"
    changed = step.verb == "alter" and BY_NAME[step.change.kind].store is None
    statements = step.statements if changed else ()
    if len(statements) == 1 and len(statements[0].sql) <= SHORT:
        message += f": {statements[0].sql}"
    return Problem(codes.RESTORED, message)


def _puts_back(step: Step, made_anew: set[tuple[str, Any]], found: Found) -> bool:
    """Tell whether a step closes a hole, or makes again what is jwtroles' own."""
    change = step.change
    if step.effect in (Effect.TIGHTENS, Effect.CUTS_OFF) or step.unit == "own schema":
        return True
    if {(change.kind, change.key), (change.kind, ANY)} & made_anew:
        return True
    if (
        step.effect is Effect.NEUTRAL
        and change.before is not None
        and _is_protection(change, found)
    ):
        return True
    if change.before is not None and change.before in BY_NAME[change.kind].unread:
        return True  # nobody could be asked what there is
    about = _MADE.get(change.kind)
    return about is not None and about(change, found)


def _floor(change: Change[Policy], found: Found) -> bool:
    stands = change.after is not None and not change.after.permissive
    return stands or all(map(found.made, change.subject.roles))


def _definer(change: Change[Any], _found: Found) -> bool:
    """Tell whether a view or a query is there, and has another owner or other options."""
    return change.before is not None and change.after is not None


_MADE: Mapping[str, Callable[[Change[Any], Found], bool]] = {
    "acl": lambda change, found: found.made(change.subject.grantee),
    "policy": _floor,
    "role": lambda change, found: found.made(change.subject.name),
    "view": _definer,
    "function": _definer,
}
"""Kind → what of it follows from the file without being said there."""


def not_restored(plan: Plan, found: Found) -> Iterator[Problem]:
    """Yield what somebody took away, or changed beyond what a file says: each with its remedy."""
    made_anew = _made_anew(plan)
    for step in plan.steps:
        if _puts_back(step, made_anew, found):
            continue
        remedy = "plan and apply the project's own file, or put it back by hand"
        if BY_NAME[step.change.kind].store is None:
            sql = "; ".join(one.sql for one in step.statements)
            remedy = f"by hand: {sql}" if sql else remedy
        message = f"{describe(step.change)} is not as jwtroles makes it: the plan would"
        yield Problem(codes.NOT_PROVED, f"{message} {step.verb} it", remedy=remedy)


def unmarked(found: Found) -> Iterator[Problem]:
    """Yield the roles of tokens that are not the project's: somebody may have taken its mark."""
    for role in sorted(found.token_roles - found.marked) if found.project else ():
        comment = comment_sql(f"ROLE {ident(role)}", found.facts(role).comment, found.project)
        yield Problem(
            codes.NOT_PROVED,
            f"{role} is a role of tokens without the mark of the project {found.project}: it is "
            "taken for a platform's",
            remedy=f"if it is the project's:  {comment}",
        )


def without_mark(found: Found) -> Iterator[Problem]:
    """Yield what says that a project manages a database in which its schema or its mark is gone."""
    if found.nobodys:
        message = "the schema jwtroles is there, and no mark says which project it is of"
        remedy = "where jwtroles made it:  COMMENT ON SCHEMA jwtroles IS '[jwtroles: PROJECT]'"
        yield Problem(codes.NOT_PROVED, message, remedy=remedy)
    for policy, project in found.orphans[:1]:
        message = f"the schema jwtroles is gone: policy {policy.name} on {policy.table} is of the "
        message += f"project {project}, whose floors and claims may be gone with it"
        remedy = "plan and apply the project's own file, then import"
        yield Problem(codes.NOT_PROVED, message, remedy=remedy)
