"""An explanation as a person reads it.

Names and values of a token come from whoever holds it: everything is made visible character by
character, and a value is cut where it is long.
"""

from __future__ import annotations

import json
import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jwtroles.passwords import covered
from jwtroles.report.problems import visible
from jwtroles.report.text.sheet import shown, shown_all
from jwtroles.report.text.tokens import condition_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.errors import Position
    from jwtroles.explanation.model import (
        CommandEntry,
        ConditionEntry,
        DatabaseEntry,
        Explanation,
        FloorEntry,
        NamedEntry,
        ObjectEntry,
        PolicyEntry,
        RoleEntry,
        RowsEntry,
        RuleEntry,
        TableEntry,
        TokenEntry,
    )

_SIGNS = {True: "✓", False: "✗", None: "?"}
_LONGEST = 300
"""Characters of a value that are shown; `--format json` has it whole."""

_MOST = 20
"""Differences that are listed; `plan` has all."""


def render_explanation(found: Explanation, main: str, width: int, *, whole: bool = True) -> str:
    """Return why a token becomes a role, and what it may do.

    Args:
        found: what is to be told.
        main: the name of the main file, whose places are told by their line alone.
        width: the columns to print in.
        whole: whether it is about every table, and not about a single one.
    """
    return "\n".join(_Text(found, main, width, whole=whole).lines())


class _Text:
    """The lines of one explanation."""

    def __init__(self, found: Explanation, main: str, width: int, *, whole: bool) -> None:
        self._found, self._main, self._width, self._whole = found, main, width, whole

    def lines(self) -> Iterator[str]:
        found = self._found
        if found.token is not None:
            yield from self._token(found.token)
        if found.role is not None:
            yield from self._role(found.role)
            yield from self._rights(found.role)
        elif found.token is not None:
            yield "The token is refused: it may do nothing"
        if found.database is not None:
            yield from self._database(found.database)

    def _token(self, token: TokenEntry) -> Iterator[str]:
        yield "Claims that the file looks at"
        names = max((len(visible(one.name)) for one in token.claims), default=0)
        for one in token.claims:
            said = _value(one.value) if one.value is not None else "not in the token"
            said = said if one.trusted else "not looked at: users can edit it"
            yield from self._wrapped(f"   {visible(one.name):{names}}  ", said)
        yield "Checks"
        for check in token.checks:
            yield from self._wrapped(f" {_SIGNS[check.holds]} {check.name:10} ", _text(check.said))
        yield "Mapping (the first rule that matches)"
        if not token.rules:
            yield " ✗ the file maps no token to a role"
        for rule in token.rules:
            yield from self._rule(rule)
        if not any(rule.outcome in ("decides", "refuses") for rule in token.rules):
            yield " ✗ no rule matches: the token becomes nothing"

    def _rule(self, rule: RuleEntry) -> Iterator[str]:
        sign = {"decides": "✓", "not tried": "·"}.get(rule.outcome, "✗")
        words = " and ".join(_condition(one) for one in rule.conditions)
        late = "  not tried" if rule.outcome == "not tried" else ""
        text = f"{words} → {shown(rule.role)}{late}"
        yield from self._wrapped(f" {sign} {rule.position:2}  ", text, self._at(rule.place))
        for one in rule.conditions:
            if not one.holds and rule.outcome != "not tried":
                had = _value(one.found)
                said = f"{shown(one.claim)} is {had}" if one.found is not None else ""
                said = said or f"the token has no {shown(one.claim)}"
                if one.test == "absent":
                    said = "there is a token"
                yield from self._wrapped("       ", said)
        if rule.outcome == "refuses":
            yield "       the token is refused, and no further rule is tried"

    def _role(self, role: RoleEntry) -> Iterator[str]:
        yield f"Role {shown(role.name)}{self._at(role.place)}"
        if role.in_database != role.name:
            yield f"   in the database: {shown(role.in_database)}"
        if role.comment:
            yield from self._wrapped("   ", _text(role.comment))
        if role.inherits:
            yield from self._wrapped("   inherits ", shown_all(role.inherits))
        if not role.token:
            yield "   no token becomes it"
        elif role.logins:
            yield from self._wrapped("   logins that may become it: ", shown_all(role.logins))
        else:
            yield "   no login of `connect_as` may become it"
        if self._found.token is not None and self._found.may_request:
            said = shown_all(self._found.may_request)
            yield from self._wrapped("   asked for with login(token, role): ", said)
        elif self._found.token is not None:
            yield "   it may ask for no other role"

    def _rights(self, role: RoleEntry) -> Iterator[str]:
        found = self._found
        yield f"What {shown(role.name)} may do"
        if found.verify == "database" and role.token:
            said = (
                f"every statement checks the login anew: its key, expiry, revocation and rule, "
                f"and that the role is {shown(role.in_database)}"
            )
            yield from self._wrapped("   gate    ", said)
        if not any(table.commands for table in found.tables) and not found.objects:
            yield "   nothing" + ("" if self._whole else " here")
        for table in found.tables:
            yield from self._table(table)
        kinds = groupby(found.objects, key=lambda one: one.kind)
        for _, objects in kinds:
            for one in objects:
                yield from self._object(one)
        yield from self._named("lookup", found.lookups)
        yield from self._named("setting", found.settings)

    def _table(self, table: TableEntry) -> Iterator[str]:
        yield f" {_text(table.name)}"
        if table.gate:
            yield from self._wrapped("   gate    ", shown_all(table.gate))
        for floor in table.floors:
            yield from self._floor(floor)
        if table.policies_only:
            yield "   rights  are granted by somebody else; what follows limits their rows"
        for policy in table.policies:
            yield from self._policy(policy)
        for command in table.commands:
            yield from self._command(command, _every_row(table, command))
        if not table.commands:
            yield "   no right"

    def _floor(self, floor: FloorEntry) -> Iterator[str]:
        head, place = "   floor   ", self._at(floor.place)
        means, name = _text(floor.rows.means), f"{shown(floor.name)}: " if floor.name else ""
        said = {
            "stands": means,
            "through": f"that of {_text(floor.parent)}, through {means}",
            "lifted": f"lifted for this role: {means}",
            "except": f"none, the table is under `except`: {means}",
            "no column": f"none, the table has not its column: {means}",
            "unknown": f"{means}  on some of them: --table, --catalog or --ask tells which",
        }[floor.standing]
        yield from self._wrapped(head, name + said, place)
        yield from self._missing(floor.rows)

    def _policy(self, one: PolicyEntry) -> Iterator[str]:
        kind = "limits" if one.restrictive else "gives"
        some = "  on some of them" if one.standing == "unknown" else ""
        said = f"{_text(one.name)} {kind} {one.command}"
        yield from self._wrapped("   policy  ", said, self._at(one.place) + some)
        for label, rows in (("rows", one.using), ("check", one.check)):
            if rows is not None:
                yield from self._wrapped(f"           {label:5} ", self._rows("", rows))
                yield from self._missing(rows)

    def _command(self, one: CommandEntry, every: str) -> Iterator[str]:
        columns = "all columns" if one.columns is None else shown_all(one.columns)
        if one.except_for:
            columns = f"all columns but {shown_all(one.except_for)}"
        if not one.governed:
            columns = "the table; no policy limits it"
        elif one.command == "delete":
            columns = ""
        if one.governed and one.rows is None and one.check is None:
            columns = f"{columns}; {every}" if columns else every
        edge = self._at(one.place) + (f"  by {_text(one.pattern)}" if one.pattern else "")
        if self._found.role is not None and one.role != self._found.role.name:
            edge += f"  from {shown(one.role)}"
        if one.future:
            edge += "  later tables too"
        lines = [] if columns else [self._rows("", one.rows)]
        if columns:
            yield from self._wrapped(f"   {one.command:7} ", columns, edge)
        for label, rows in (("rows", one.rows), ("check", one.check)):
            if rows is None:
                continue
            head = f"   {one.command:7} " if lines else f"           {label:5} "
            yield from self._wrapped(
                head, self._rows(label if lines else "", rows), edge if lines else ""
            )
            yield from self._missing(rows)
            lines = []

    @staticmethod
    def _rows(label: str, rows: RowsEntry | None) -> str:
        if rows is None:
            return ""
        means, said = _text(rows.means), _text(rows.said)
        text = f"{means}   ({said})" if rows.named else means
        return f"{label}  {text}" if label else text

    def _missing(self, rows: RowsEntry) -> Iterator[str]:
        for name in rows.missing:
            said = f"the token has no {shown(name)}: no comparison with it holds"
            yield from self._wrapped("           ! ", said)

    def _object(self, one: ObjectEntry) -> Iterator[str]:
        edge = self._at(one.place)
        if self._found.role is not None and one.role != self._found.role.name:
            edge += f"  from {shown(one.role)}"
        yield from self._wrapped(
            f" {one.kind} ", f"{_text(one.name)}: {', '.join(one.privileges)}", edge
        )
        if one.runs_as:
            yield from self._wrapped("   shows   ", _text(one.shows))
            yield from self._wrapped(
                "   rights  ", f"those of {shown(one.runs_as)}, under its gate and floor"
            )
        if one.rows is not None:
            said = _text(one.rows.means) if one.kind == "query" else self._rows("", one.rows)
            yield from self._wrapped("   runs    " if one.kind == "query" else "   rows    ", said)
            yield from self._missing(one.rows)

    def _named(self, what: str, entries: Iterable[NamedEntry]) -> Iterator[str]:
        for one in entries:
            edge = self._at(one.place)
            yield from self._wrapped(f" {what} ", f"{_text(one.name)}: {_text(one.text)}", edge)

    def _database(self, database: DatabaseEntry) -> Iterator[str]:
        yield f"The database {shown(database.name)} ({_text(database.version)})"
        for one in database.answers:
            login = shown(one.login)
            if not one.asked:
                said = f"not asked, the connected role may not act as it ({one.reason})"
                yield from self._wrapped(" ? ", f"{login}: {_text(said)}")
                continue
            came = f"becomes {shown(one.role)}" if one.role else f"is refused: {_text(one.reason)}"
            agrees = one.role == one.expected
            wanted = f"becomes {shown(one.expected)}" if one.expected else "is refused"
            said = f"{login} {came}" + ("" if agrees else f"; by the file it {wanted}")
            yield from self._wrapped(f" {_SIGNS[agrees]} ", said)
        for other in database.differences[:_MOST]:
            yield from self._wrapped(" ✗ it ", _text(other.said), self._at(other.place))
        more = len(database.differences) - _MOST
        if more > 0:
            yield f" ✗ and {more} more: jwtroles plan"
        if not database.differences:
            yield " ✓ what it has about this is as the file says"

    def _at(self, place: Position | None) -> str:
        if place is None:
            return ""
        name = "" if place.file == self._main else visible(place.file)
        return f"  {name}:{place.line}"

    def _wrapped(self, head: str, text: str, edge: str = "") -> Iterator[str]:
        """Yield a text that goes on below itself, with its place behind it."""
        for width in (self._width, self._width - len(edge)):
            lines = textwrap.wrap(
                text,
                width,
                initial_indent=head,
                subsequent_indent=" " * len(head),
                break_long_words=False,
                break_on_hyphens=False,
            ) or [head.rstrip()]
            if len(lines[-1]) + len(edge) <= self._width:
                break
        yield from lines[:-1]
        yield f"{lines[-1]}{edge}"


def _every_row(table: TableEntry, command: CommandEntry) -> str:
    """Return which rows a command is for that has no condition of its own."""
    stand = [one for one in table.floors if one.standing in ("stands", "through", "unknown")]
    if not table.secured:
        return "every row above the floor" if stand else "every row"
    gives = any(floor.gives for floor in stand) or any(
        not policy.restrictive and policy.command in ("all", command.command)
        for policy in table.policies
    )
    return "the rows that policies give" if gives else "no row, since no policy gives any"


def _text(text: str) -> str:
    return visible(covered(text))


def _value(value: Any) -> str:
    text = _text(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _condition(one: ConditionEntry) -> str:
    return condition_words({"claim": one.claim, "test": one.test, "value": one.value})
