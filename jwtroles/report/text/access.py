"""One line is one access: the grant and the policy of a role, a table and a command."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jwtroles.kinds.base import NOWHERE, Change, Origin
from jwtroles.kinds.policy import policy_name
from jwtroles.report.text.layout import SIGNS, Detail, Row
from jwtroles.report.text.layout import Right as Edge
from jwtroles.report.text.sheet import (
    Sheet,
    effect_word,
    option_word,
    seen,
    shown,
    shown_all,
    sign_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jwtroles.kinds.acl import Grant
    from jwtroles.kinds.policy import Policy
    from jwtroles.names import QName
    from jwtroles.planner.model import Step

_BY_COLUMN = frozenset({"SELECT", "INSERT", "UPDATE", "REFERENCES"})
ADD, ALTER, REMOVE = SIGNS["add"], SIGNS["alter"], SIGNS["remove"]
EVERY = "every row"
FLOOR = "floor"


@dataclass(slots=True)
class Access:
    """What changes about one command of one role on one table."""

    role: str
    table: QName
    command: str
    grant: Step | None = None
    policy: Step | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The changes, the grant first."""
        return tuple(step for step in (self.grant, self.policy) if step is not None)


def of_policy(policy: Policy) -> tuple[str, str] | None:
    """Return role and command if a policy is the one that the file's access makes."""
    if len(policy.roles) != 1 or not policy.permissive:
        return None
    (role,) = policy.roles
    return (role, policy.command) if policy.name == policy_name(role, policy.command) else None


def row_of(sheet: Sheet, access: Access) -> Row:
    """Return the line of an access."""
    sign = sign_of(access.steps)
    origin = _origin(sheet, access)
    if access.policy is None and access.grant is not None and _narrowed(access.grant):
        return _kept(sheet, access, access.grant.change, origin)
    first, *details = _parts(sheet, access, sign, origin)
    edge = sheet.edge(access.steps, origin)
    if sign == ALTER:
        edge = replace(edge, effect=first.right.effect)
    text = f"{first.label}  {first.text}" if first.label else first.text
    return Row(sign, shown(access.role), access.command, text, edge, tuple(details), access.steps)


def _parts(sheet: Sheet, access: Access, sign: str, origin: Origin) -> Iterator[Detail]:
    """Give what the line says: columns, rows, and what was there before."""
    if access.grant is not None and access.command != "delete":
        yield Detail("", columns_text(sheet, access.grant, origin), _effect(access.grant, sign))
    elif access.grant is not None and (words := _options_text(access.grant)):
        yield Detail("", words, _effect(access.grant, sign))
    rows = list(_rows(sheet, access, sign, origin))
    if not rows and (access.grant is None or access.command == "delete"):
        rows = [Detail("", "all rows")]
    yield from rows


def _effect(step: Step, sign: str) -> Edge:
    return Edge(effect_word([step])) if sign == ALTER else Edge()


def _rows(sheet: Sheet, access: Access, sign: str, origin: Origin) -> Iterator[Detail]:
    """Give the rows of an access: in the file's words after, as PostgreSQL prints them before."""
    step = access.policy
    wanted = _wanted(sheet, access)
    before: Policy | None = step.change.before if step else None
    if wanted is None or (step is not None and step.change.after is None):
        if before is not None and not (sign == REMOVE and access.grant and before.using == "true"):
            yield from _was(before, "rows" if sign == REMOVE else "was")
        return
    edge = _effect(step, sign) if step else Edge()
    if step is not None and not sheet.of_file:
        first, *more = _was(wanted, "rows")
        yield from (replace(first, right=edge), *more, *policy_before(step.change))
        return
    declared = sheet.accesses.get((origin.place, access.command)) if origin.place else None
    rows = declared.rows if declared else (origin.said or None)
    check = declared.check if declared else None
    if rows is not None or (step is not None and (access.grant is None or before is not None)):
        yield Detail("rows", seen(rows) if rows else "all", edge)
    if check is not None:
        yield Detail("check", seen(check), edge if rows is None else Edge())
    if before is not None and step is not None:
        yield from policy_before(step.change)


def policy_before(change: Change[Policy]) -> Iterator[Detail]:
    """Give what was there of a policy that is altered, as PostgreSQL prints it."""
    before, after = change.before, change.after
    if before is None or after is None:
        return
    if before.name != after.name:
        yield Detail("policy", f"{shown(before.name)} → {shown(after.name)}")
    if before.permissive != after.permissive:
        yield Detail("was", "permissive" if before.permissive else "restrictive")
    if before.command != after.command:
        yield Detail("was", f"for {before.command}")
    if before.roles != after.roles:
        gone = [f"- {shown(role)}" for role in sorted(before.roles - after.roles)]
        new = [f"+ {shown(role)}" for role in sorted(after.roles - before.roles)]
        yield Detail("for", ", ".join([*new, *gone]))
    if (before.using, before.check) != (after.using, after.check):
        stays = before.check == after.check
        yield from _was(replace(before, check=None) if stays else before, "was ")


def _sides(policy: Policy | None) -> tuple[str | None, str | None] | None:
    return (policy.using, policy.check) if policy is not None else None


def _was(policy: Policy, label: str) -> Iterator[Detail]:
    if policy.using is not None:
        yield Detail(label, expression(policy.using))
    if policy.check is not None and policy.check != policy.using:
        name = label if policy.using is None else "check"
        yield Detail(name, expression(policy.check))


def expression(text: str) -> str:
    """Return an expression of the database; `true` is said in words."""
    return f"{EVERY} (true)" if text == "true" else seen(text)


def _wanted(sheet: Sheet, access: Access) -> Policy | None:
    key = (access.table, policy_name(access.role, access.command))
    found: Policy | None = sheet.plan.desired["policy"].get(key)
    return found


def _origin(sheet: Sheet, access: Access) -> Origin:
    for step in access.steps:
        if step.change.after is not None and step.change.after.origin.place is not None:
            found: Origin = step.change.after.origin
            return found
    wanted = _wanted(sheet, access)
    return wanted.origin if wanted else NOWHERE


def columns_text(sheet: Sheet, step: Step, origin: Origin) -> str:
    """Return columns: kept ones as they are, new ones with `+`, those that go with `-`."""
    before, after = step.change.before, step.change.after
    subject: Grant = step.change.subject
    options = _options_text(step)
    if before is None or after is None:
        return " ".join(filter(None, (_columns(sheet, subject, origin), options)))
    old, new = before.right.columns, after.right.columns
    if old is None or new is None:
        text = _columns(sheet, after, origin)
        if old != new:
            text = f"{_columns(sheet, before, origin)} → {text}"
        return ", ".join(filter(None, (text, options)))
    command, table = subject.privilege.lower(), subject.object.name
    marks = [
        ("" if name in old else "+ ") + shown(name)
        for name in sheet.in_order(new, table, origin, command)
    ]
    marks += [f"- {shown(name)}" for name in sheet.in_order(old - new, table, origin, command)]
    return ", ".join([*marks, *([options] if options else [])])


def _columns(sheet: Sheet, grant: Grant, origin: Origin) -> str:
    if grant.right.columns is None:
        return "all columns" if grant.privilege in _BY_COLUMN else ""
    table, command = grant.object.name, grant.privilege.lower()
    return shown_all(sheet.in_order(grant.right.columns, table, origin, command))


def _options_text(step: Step) -> str:
    """Return what a grant says about GRANT OPTION, and what changes about it."""
    before, after = step.change.before, step.change.after
    if before is None or after is None:
        right = step.change.subject.right
        return option_word(right, right.columns)
    if before.right.option == after.right.option:
        return ""
    words = [
        f"{mark} {word}"
        for mark, right in (("-", before.right), ("+", after.right))
        if (word := option_word(right, right.columns).removeprefix("with "))
    ]
    return ", ".join(words)


def _narrowed(step: Step) -> bool:
    """Tell whether a grant on the whole table gives way to one on columns."""
    return step.verb == "remove" and step.change.after is not None


def _kept(sheet: Sheet, access: Access, change: Change[Grant], origin: Origin) -> Row:
    """Return the line of a whole-table grant that the file does not have, and what it keeps."""
    options = option_word(change.before.right) if change.before else ""
    text = ", ".join(filter(None, ("all columns", options)))
    keeps = f"keeps {_columns(sheet, change.subject, origin)}"
    kept = Detail("", keeps, Edge(place=sheet.place(origin.place)))
    edge = Edge(place=sheet.plan.gone)
    return Row(REMOVE, shown(access.role), access.command, text, edge, (kept,), access.steps)


def other_policies(sheet: Sheet, steps: Sequence[Step]) -> Iterator[Row]:
    """Give a line for each policy that is no access of the file: floors, exemptions, others'.

    The gates of all roles on a table are one line, where they say the same.
    """
    gates: dict[object, list[Step]] = {}
    for step in steps:
        policy: Policy = step.change.subject
        if policy.gates:
            gates.setdefault((sign_of([step]), policy.origin), []).append(step)
            continue
        floor = not policy.permissive and policy.name.startswith("jr_floor")
        yield _floor(sheet, step, policy) if floor else _extra(sheet, step, policy)
    yield from (_gate(sheet, tuple(alike)) for alike in gates.values())


def _gate(sheet: Sheet, steps: tuple[Step, ...]) -> Row:
    """Return the line of what every row asks for before anything else: a token, and the floors."""
    origin = steps[0].change.subject.origin
    sign, gate = sign_of(steps), steps[0].change.subject
    text = seen(origin.said) if origin.said else "a valid token"
    text = text if sheet.of_file else expression(gate.using or "true")
    details = tuple(policy_before(steps[0].change))
    return Row(sign, FLOOR, "all", text, sheet.edge(steps, origin), details, steps)


def _floor(sheet: Sheet, step: Step, policy: Policy) -> Row:
    origin = policy.origin
    name = policy.name.removeprefix("jr_floor").removeprefix("_")
    head = f"{FLOOR} {shown(name)}" if name else FLOOR
    sign = sign_of([step])
    text = seen(origin.said) if origin.said else expression(policy.using or "true")
    edge = sheet.edge([step], origin)
    details = tuple(policy_before(step.change))
    return Row(sign, head, policy.command, text, edge, details, (step,))


def _extra(sheet: Sheet, step: Step, policy: Policy) -> Row:
    """Return the line of a policy that somebody made, or of an exemption that the file makes."""
    sign = sign_of([step])
    exempt = len(policy.roles) == 1 and policy.name == policy_name(min(policy.roles), "exempt")
    kind = "" if policy.permissive else ", restrictive"
    text = "every row, exempt" if exempt else f"policy {shown(policy.name)}{kind}"
    details = tuple(policy_before(step.change))
    if sign != ALTER and not exempt:
        details = tuple(_was(policy, "rows"))
    elif not sheet.of_file and _sides(step.change.before) != _sides(step.change.after):
        details = (*_was(policy, "rows"), *details)
    roles = shown_all(sorted(policy.roles))
    edge = sheet.edge([step], policy.origin)
    return Row(sign, roles, policy.command, text, edge, details, (step,))
