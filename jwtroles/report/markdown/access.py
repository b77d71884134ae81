"""The tables of the comment: what changes about access, and who may do what afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jwtroles.compiler.access import Names
from jwtroles.frozen import frozen
from jwtroles.kinds.acl import Grant
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.names import PUBLIC, QName
from jwtroles.report.markdown.escape import code
from jwtroles.report.text.access import of_policy
from jwtroles.report.text.sheet import origin_of, seen, shown_all, table_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jwtroles.catalog import Catalog
    from jwtroles.kinds.policy import Policy
    from jwtroles.planner.model import Step
    from jwtroles.report.text.sheet import Sheet

NOTHING = "\N{EN DASH}"
_ROLES = r"(?:(?:CAST\()?E?'(?:[^']|'')*'(?:::text\[\]| AS text\[\]\)))?"
_CLAIM = re.compile(rf"\(\s*SELECT jwtroles\.claim_(\w+)\({_ROLES}\)(?: AS claim_\1)?\)")
_TOKEN = re.compile(rf"\(\s*SELECT jwtroles\.authorized\({_ROLES}\)(?: AS authorized)?\)")
_ROW = re.compile(
    r"\(\s*SELECT ((?:[^()']|'[^']*')*?)\s+FROM jwtroles\.claims"
    rf"\({_ROLES}\) (?:AS )?claims(?:\([^()]*\))?\)"
)
_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LETTERS = {"SELECT": "S", "INSERT": "I", "UPDATE": "U", "DELETE": "D"}


@frozen
class Changed:
    """One row: `before` and `after` are Markdown, everything else is plain text."""

    role: str
    table: str
    command: str
    before: str
    after: str
    steps: tuple[Step, ...]


def changed(sheet: Sheet, steps: Iterable[Step]) -> list[Changed]:
    """Return a row for each grant and policy; a new access is one row for both."""
    steps = list(steps)
    policies = {
        (s.change.subject.table, *access): s
        for s in steps
        if s.change.kind == "policy" and (access := of_policy(s.change.subject))
    }
    told: set[int] = set()
    rows = []
    gates: dict[tuple[str, str, str], list[Step]] = {}
    for step in steps:
        if id(step) in told:
            continue
        if step.change.kind == "policy" and step.change.subject.gates:
            gates.setdefault(_gate(step), []).append(step)
            continue
        twin = None
        if isinstance(step.change.subject, Grant):
            grant = step.change.subject
            key = (grant.object.name, grant.grantee, grant.privilege.lower())
            twin = policies.get(key) if step.change.before is None else None
            twin = twin if twin is not None and twin.change.before is None else None
        told |= {id(step), id(twin)}
        rows.append(_row(sheet, step, twin))
    for (table, before, after), alike in gates.items():
        rows.append(Changed("", table, "floor under every role", before, after, tuple(alike)))
    return sorted(rows, key=lambda row: (row.table, row.role, row.command))


def _gate(step: Step) -> tuple[str, str, str]:
    """Return what a gate says, whichever role it is for: table, condition before and after."""
    old, new = step.change.before, step.change.after
    return table_name(step.change.subject.table), _rows(old, None), _rows(new, None)


def _row(sheet: Sheet, step: Step, twin: Step | None) -> Changed:
    subject = step.change.subject
    if isinstance(subject, Grant):
        change = step.change
        before, after = (_columns(sheet, step, grant) for grant in (change.before, change.after))
        if twin is not None and (said := origin_of(twin).said):
            after += f" where {code(seen(said))}"
        table, command = table_name(subject.object.name), subject.privilege.lower()
        steps = (step, twin) if twin is not None else (step,)
        return Changed(subject.grantee, table, command, before, after, steps)
    table = table_name(subject.table)
    if step.change.kind == "policy":
        role, command = _policy_words(subject)
        old, new = step.change.before, step.change.after
        before, after = _rows(old, new), _rows(new, old)
        return Changed(role, table, command, before, after, (step,))
    before, after = map(_switch, (step.change.before, step.change.after))
    return Changed("", table, "row security", before, after, (step,))


def _columns(sheet: Sheet, step: Step, grant: Grant | None) -> str:
    """Return the columns of a grant; those that are new stand out."""
    change = step.change
    if grant is None:
        return NOTHING
    other: Grant | None = change.before if grant is change.after else None
    option = " with grant option" if grant.right.option != frozenset() else ""
    if grant.right.columns is None:
        removed = step.verb == "remove" and grant is change.before
        by_hand = f" ({sheet.plan.gone})" if removed and sheet.plan.gone else ""
        whole = "yes" if grant.privilege == "DELETE" else "every column"
        return f"{whole}{option}{by_hand}"
    had = other.right.columns if other is not None else None
    old = grant.right.columns if had is None else grant.right.columns & had
    kept, new = (
        code(shown_all(_in_order(sheet, step, grant, names)))
        for names in (old, grant.right.columns - old)
    )
    return ", ".join(filter(None, (kept, new and f"**{new}**"))) + option


def _in_order(sheet: Sheet, step: Step, grant: Grant, names: Iterable[str]) -> list[str]:
    command = grant.privilege.lower()
    return sheet.in_order(names, grant.object.name, origin_of(step), command)


def _policy_words(policy: Policy) -> tuple[str, str]:
    """Return whom a policy is about and what it decides."""
    access = of_policy(policy)
    if access is not None:
        return access[0], f"{access[1]} rows"
    roles = ", ".join(sorted(policy.roles))
    if not policy.permissive and policy.name.startswith("jr_floor"):
        return "", "floor under every role"
    kind = "policy" if policy.permissive else "restrictive policy"
    return roles, f"{kind} {code(policy.name)}, {policy.command} rows"


def _rows(policy: Policy | None, other: Policy | None) -> str:
    """Return the rows of a policy as PostgreSQL prints them, claims as the file calls them.

    And whom it is for, where `other`, the policy that it was or will be, is for somebody else.
    """
    if policy is None:
        return NOTHING
    parts = []
    stays = other is not None and policy.using is not None and policy.check == other.check
    for word, text in (("", policy.using), ("check ", None if stays else policy.check)):
        if text is not None and not (word and text == policy.using):
            parts.append(word + ("every row" if text == "true" else code(_readable(text))))
    if other is not None and other.roles != policy.roles:
        parts.append("for " + (code(shown_all(sorted(policy.roles))) or "nobody"))
    return "<br>".join(parts)


def _readable(text: str) -> str:
    """Return a condition with claims as the file calls them, on one line."""
    line = " ".join(seen(text).split("\n"))
    return _TOKEN.sub("a valid token", _ROW.sub(r"(\1)", _CLAIM.sub(r"claims.\1", line)))


def _switch(item: Any) -> str:
    if item is None or not item.enabled:
        return "off"
    return "on, forced" if item.forced else "on"


Rows = tuple[tuple[str, ...], ...]


def matrix(sheet: Sheet) -> tuple[tuple[str, ...], Rows, str] | None:
    """Return titles, rows and legend of who may do what on the touched tables, or None."""
    plan = sheet.plan
    touched = sorted({t for step in plan.steps if (t := _table(sheet, step)) is not None})
    environment = next(
        (one for name, one in sheet.spec.environments.items() if name == plan.environment), None
    )
    names = Names.of(environment)
    roles = [names(role) for role in sheet.spec.roles if role != PUBLIC]
    lines = {role: _above(plan.desired, role) for role in roles}
    cells = {
        (table, role): _letters(plan.desired, table, lines[role])
        for table in touched
        for role in roles
    }
    shown = [role for role in roles if any(cells[table, role] for table in touched)]
    if not touched or not shown:
        return None
    policies = plan.desired["policy"].values()
    floored = {policy.table for policy in policies if _is_floor(policy, sheet)}
    rows = tuple(
        (code(table_name(table)) + ("" if table in floored else " no floor"),
         *(cells[table, role] or NOTHING for role in shown))
        for table in touched
    )  # fmt: skip
    legend = (
        "S I U D: select insert update delete; ⁿ: n columns only. Inherited rights are counted, "
        "and policies decide which rows."
    )
    if floored.issuperset(touched):
        legend += " A floor stands under all of it."
    return tuple(map(code, shown)), rows, legend


def _is_floor(policy: Policy, sheet: Sheet) -> bool:
    """Tell whether a policy is a floor: ours are RESTRICTIVE, others' where the file says so."""
    if sheet.spec.database.unmarked:
        return policy.origin.place in sheet.floors
    return not policy.permissive


def _table(sheet: Sheet, step: Step) -> QName | None:
    """Return the table that a step is on, if it is one of the file's, its uppermost parent."""
    subject = step.change.subject
    ref = getattr(subject, "object", None)
    found = ref.name if isinstance(ref, ObjectRef) else getattr(subject, "table", None)
    relation = sheet.plan.structure.relations.get(found) if found is not None else None
    while relation is not None and relation.partition and relation.parent is not None:
        relation = sheet.plan.structure.relations.get(relation.parent)
    return relation.name if relation is not None and relation.kind in ("r", "p") else None


def _above(catalog: Catalog, role: str) -> frozenset[str]:
    """Return a role, PUBLIC, and every role whose rights it inherits afterwards."""
    found, queue = {role, PUBLIC}, [role]
    memberships = list(catalog["membership"].values())
    while queue:
        member = queue.pop()
        facts = catalog["role"].get(member)
        for one in memberships:
            inherits = one.options.inherit
            if inherits is None:  # before PostgreSQL 16 the member's own attribute decides
                inherits = facts is None or facts.inherit
            if one.member == member and inherits and one.role not in found:
                found.add(one.role)
                queue.append(one.role)
    return frozenset(found)


def _letters(catalog: Catalog, table: QName, roles: Iterable[str]) -> str:
    """Return `S I⁵ U³`: the commands that any of these roles may run on a table."""
    acl = catalog["acl"].get(ObjectRef("table", table))
    rights = acl.rights if acl is not None else {}
    return " ".join(
        letter + power
        for privilege, letter in _LETTERS.items()
        if (power := _power([rights[r, privilege] for r in roles if (r, privilege) in rights]))
        is not None
    )


def _power(rights: Sequence[Any]) -> str | None:
    """Return how many columns rights cover together, as a power; '' for all, None for no right."""
    if not rights:
        return None
    if any(right.columns is None for right in rights):
        return ""
    return str(len(frozenset().union(*(right.columns for right in rights)))).translate(_POWERS)
