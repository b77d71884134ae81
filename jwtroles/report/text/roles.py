"""Roles: what they are, whose rights they have, who may become them, their settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwtroles.kinds.role import FLAGS, Role
from jwtroles.report.problems import visible
from jwtroles.report.text.layout import SIGNS, Block, Row
from jwtroles.report.text.sheet import (
    RELEASED,
    Section,
    Sheet,
    always,
    counted,
    shown,
    shown_all,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from jwtroles.kinds.base import Change
    from jwtroles.kinds.login_setting import LoginSetting
    from jwtroles.kinds.membership import Membership, Options
    from jwtroles.kinds.stored_row import RoleSetting
    from jwtroles.planner.model import Step

ADD, ALTER, REMOVE = SIGNS["add"], SIGNS["alter"], SIGNS["remove"]


def blocks(sheet: Sheet, steps: Sequence[Step]) -> list[Block]:
    """Tell every role with all that changes about it; jwtroles' own roles in one line."""
    own = [s for s in steps if s.change.kind == "role" and _plain_own(s.change, sheet)]
    rest: dict[str, list[Step]] = {}
    for step in steps:
        if step not in own:
            rest.setdefault(_whose(step.change), []).append(step)
    rows = [row for name in sorted(rest) for row in _rows(sheet, name, rest[name])]
    rows += [row for sign in (ADD, REMOVE) for row in _own(sheet, own, sign)]
    return [Block("", tuple(rows))] if rows else []


def _plain_own(change: Change[Role], sheet: Sheet) -> bool:
    return change.subject.name in sheet.own_roles and change.verb != "alter"


def _whose(change: Change[Any]) -> str:
    """Return the role that a change is told with."""
    subject = change.subject
    name: str = getattr(subject, _NAME[change.kind])
    return name


_NAME = {
    "role": "name",
    "membership": "member",
    "role_setting": "role",
    "login_setting": "role",
}


def _own(sheet: Sheet, steps: Sequence[Step], sign: str) -> Iterator[Row]:
    of_sign = [step for step in steps if SIGNS[step.change.verb] == sign]
    if not of_sign:
        return
    order = [sheet.spec.own_role]
    order += [sheet.spec.view_role(view) for view in sheet.spec.views]
    order += [sheet.spec.query_role(query) for query in sheet.spec.queries]
    order += [sheet.spec.lookup_role(lookup) for lookup in sheet.spec.lookups]
    names = {step.change.subject.name for step in of_sign}
    listed = [name for name in order if name in names]
    listed += sorted(names.difference(order))
    head = f"{counted(len(listed), 'role')} of jwtroles' own, without login: "
    yield Row(sign, "", "", head + shown_all(listed), steps=tuple(of_sign))


def _rows(sheet: Sheet, name: str, steps: Sequence[Step]) -> Iterator[Row]:
    """A role that comes or goes takes all that is about it along; else each sign has a row."""
    whole = next((s for s in steps if s.change.kind == "role" and s.change.verb != "alter"), None)
    if whole is not None:
        sign = SIGNS[whole.change.verb]
        along = [step for step in steps if SIGNS[step.change.verb] == sign]
        yield from _row(sheet, name, sign, along)
        steps = [step for step in steps if step not in along]
    for sign in (ADD, REMOVE):
        of_sign = [step for step in steps if SIGNS[step.change.verb] == sign]
        if of_sign:
            yield from _row(sheet, name, sign, of_sign)
    for step in steps:
        if step.change.verb == "alter":
            text = _ALTERED[step.change.kind](step.change)
            yield Row(ALTER, shown(name), "", text, sheet.edge([step]), steps=(step,))


def _row(sheet: Sheet, name: str, sign: str, steps: Sequence[Step]) -> Iterator[Row]:
    """Tell what a role gets, or loses; the roles that a new login may become go below it."""
    role = [step for step in steps if step.change.kind == "role"]
    members = [step for step in steps if step.change.kind == "membership"]
    settings = [step for step in steps if step.change.kind in ("role_setting", "login_setting")]
    parts = [_attributes(s.change.subject, sheet) if sign == ADD else "dropped" for s in role]
    below: list[Row] = []
    for words, grouped in _grouped(sheet, members):
        listed = shown_all(sorted(step.change.subject.role for step in grouped))
        if words == _BECOMES and role and sign == ADD:
            below = [Row("", f"  {words}", "", listed, steps=tuple(grouped))]
        else:
            parts.append(f"{words} {listed}")
    parts += [_setting(step.change.subject) for step in settings]
    text = "; ".join(filter(None, parts))
    told = tuple(step for step in steps if not any(step in row.steps for row in below))
    yield Row(sign, shown(name), "", text, sheet.edge(told), steps=told)
    yield from below


def _attributes(role: Role, sheet: Sheet) -> str:
    """Return what a new role is, beyond a role of tokens without login that inherits."""
    words = [flag for flag in FLAGS if flag not in ("inherit", "login") and getattr(role, flag)]
    if role.login:
        words.insert(0, "login")
    if role.name in sheet.without_token:
        words.insert(0, "without a token")
    if not role.inherit:
        words.append("inherits nothing")
    if role.login:
        words.append("no password yet")
    if role.connection_limit != -1:
        words.append(f"connection limit {role.connection_limit}")
    return ", ".join(words)


_BECOMES = "may become"


def _grouped(sheet: Sheet, members: Iterable[Step]) -> list[tuple[str, list[Step]]]:
    groups: dict[str, list[Step]] = {}
    for step in members:
        groups.setdefault(_membership(sheet, step.change.subject), []).append(step)
    return sorted(groups.items(), key=lambda group: group[0])


def _membership(sheet: Sheet, one: Membership) -> str:
    options = one.options
    if options.inherit is None:  # before PostgreSQL 16 the member's NOINHERIT decides
        roles = (sheet.plan.desired["role"], sheet.plan.current["role"])
        member: Role | None = next((c[one.member] for c in roles if one.member in c), None)
        words = [_BECOMES if member is not None and not member.inherit else "inherits"]
    else:
        words = ["inherits"] * bool(options.inherit) + [_BECOMES] * bool(options.set)
    words += ["may grant"] * options.admin
    return " and ".join(words) or "is a member of"


def _setting(setting: RoleSetting | LoginSetting) -> str:
    said = f"{shown_setting(setting.name)} = {visible(setting.value)}"
    return f"{said} in every database" if getattr(setting, "everywhere", False) else said


def shown_setting(name: str) -> str:
    """Return the name of a run-time setting, which may have a dot."""
    return ".".join(map(shown, name.split(".")))


def _role_altered(change: Change[Role]) -> str:
    before, after = change.before, change.after
    assert before is not None  # noqa: S101 - it is altered
    assert after is not None  # noqa: S101
    words = [f"was {shown(before.name)}"] if before.name != after.name else []
    words += [
        f"{flag} {_on(getattr(before, flag))} → {_on(getattr(after, flag))}"
        for flag in FLAGS
        if getattr(before, flag) != getattr(after, flag)
    ]
    if before.connection_limit != after.connection_limit:
        limits = [_limit(role.connection_limit) for role in (before, after)]
        words.append("connection limit " + " → ".join(limits))
    if before.comment != after.comment:
        words.append("comment")
    if before.project != after.project:
        words.append(f"taken over from {_project(before)}" if after.project else RELEASED)
    return ", ".join(words)


def _project(role: Role) -> str:
    return f"project {shown(role.project)}" if role.project else "outside jwtroles"


def _limit(number: int) -> str:
    return "none" if number == -1 else str(number)


def _on(value: object) -> str:
    return "unset" if value is None else "on" if value else "off"


def _membership_altered(change: Change[Membership]) -> str:
    before, after = change.before, change.after
    assert before is not None  # noqa: S101 - it is altered
    assert after is not None  # noqa: S101
    words = ", ".join(
        f"{option.upper()} {_on(old)} → {_on(new)}"
        for option, old, new in _options(before.options, after.options)
        if old != new
    )
    return f"membership in {shown(after.role)}: {words}"


def _options(before: Options, after: Options) -> Iterator[tuple[str, object, object]]:
    for option in ("admin", "inherit", "set"):
        yield option, getattr(before, option), getattr(after, option)


def _setting_altered(change: Change[RoleSetting | LoginSetting]) -> str:
    before, after = change.before, change.after
    assert before is not None  # noqa: S101 - it is altered
    assert after is not None  # noqa: S101
    return f"{shown_setting(after.name)} {visible(before.value)} → {visible(after.value)}"


_ALTERED: Mapping[str, Callable[[Change[Any]], str]] = {
    "role": _role_altered,
    "membership": _membership_altered,
    "role_setting": _setting_altered,
    "login_setting": _setting_altered,
}

SECTION = Section("Roles", dict.fromkeys(_NAME, always), blocks)
