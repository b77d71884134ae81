"""What every section of a plan's text needs: names made visible, places, and who owns what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from shlex import quote
from typing import TYPE_CHECKING, Any

from jwtroles.compiler.access import Names
from jwtroles.frozen import frozen
from jwtroles.kinds.acl import Grant, Right
from jwtroles.kinds.base import Change, Effect, Origin
from jwtroles.kinds.object_ref import IN_SCHEMA, ROUTINES, ObjectRef
from jwtroles.kinds.own_schema import is_lookup
from jwtroles.names import OWN_SCHEMA, QName
from jwtroles.report.problems import visible
from jwtroles.report.text.layout import SIGNS, Block
from jwtroles.report.text.layout import Right as Edge

if TYPE_CHECKING:
    from jwtroles.errors import Place
    from jwtroles.planner.model import Plan, Step
    from jwtroles.spec.model import Access, Floor, Spec

_LINE_END = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|[ \t]*\n[ \t]*""")
_PLAIN = re.compile(r"[\w$-]+\Z")


def shown(name: str) -> str:
    """Return a name as a report writes it: quoted where it could be read as something else."""
    seen = visible(name)
    return seen if _PLAIN.match(name) and seen == name else '"' + seen.replace('"', '""') + '"'


def shown_all(names: Iterable[str]) -> str:
    """Return several names, separated by commas, in the order given."""
    return ", ".join(map(shown, names))


def table_name(name: QName) -> str:
    """Return a qualified name as a report writes it."""
    return f"{shown(name.schema)}.{shown(name.name)}"


def seen(text: str) -> str:
    """Return SQL to be wrapped: line ends outside of quotes become blanks.

    They stay where there is a comment. Everything else that cannot be seen is an escape.
    """
    parts = text.strip().split("\n") if "--" in text else [text.strip()]
    return "\n".join(visible(_LINE_END.sub(lambda m: m[1] or " ", part.strip())) for part in parts)


def counted(number: int, noun: str) -> str:
    """Return `1 table`, `2 tables`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def sign_of(steps: Iterable[Step]) -> str:
    """Return the sign of several steps: theirs if they agree, else that of an alteration."""
    verbs = {step.change.verb for step in steps}
    return SIGNS[verbs.pop()] if len(verbs) == 1 else SIGNS["alter"]


RELEASED = "no longer managed"


def released(change: Change[Any]) -> bool:
    """Tell whether nothing changes about an object but that it loses the project's mark."""
    before: Any = change.before
    marked = getattr(before, "project", None) is not None
    return marked and bool(replace(before, project=None) == change.after)


def in_own_schema(change: Change[Any]) -> bool:
    """Tell whether a grant or a function belongs to jwtroles' own machinery."""
    subject = change.subject
    ref = subject.object if isinstance(subject, Grant) else subject
    return bool(ref.name.schema == OWN_SCHEMA) and not is_lookup(ref.name)


@frozen
class Sheet:
    """A plan, the file behind it, and what has to be looked up in both.

    Attributes:
        saved: the file that the plan is saved to, if it is.
        allowed: effects that the command line allows beside the environment.
    """

    plan: Plan
    spec: Spec
    verbose: bool = False
    applying: bool = False
    saved: str = ""
    allowed: tuple[str, ...] = ()

    @property
    def carry_out(self) -> str:
        """The command line that carries the plan out."""
        if self.plan.like is not None:
            return f"jwtroles {visible(self.plan.invocation)}"
        return f"jwtroles {self.plan.command}{self._which}"

    @property
    def see(self) -> str:
        """The command line that shows the plan."""
        if self.plan.like is not None:
            return f"{self.carry_out} --plan"
        return f"jwtroles {'show' if self.saved else 'plan'}{self._which}"

    @property
    def _which(self) -> str:
        if self.saved:
            return f" {visible(quote(self.saved))}"
        return f" --env {shown(self.plan.environment)}" if self.plan.environment else ""

    @property
    def of_file(self) -> bool:
        """Whether the file says what is wanted, and how to call it."""
        return self.plan.like is None

    def place(self, place: Place | None) -> str:
        """Return a place: `:65` in the one file, `services/shipping.yaml:13` in another."""
        if place is None:
            return ""
        same = place.source.name == self.spec.source.name
        return f":{place.line}" if same else f"{visible(place.source.name)}:{place.line}"

    def edge(self, steps: Sequence[Step], origin: Origin | None = None, remark: str = "") -> Edge:
        """Return the right edge of a row: the effect of an alteration, the glob, the place.

        What is taken away stands nowhere in the file, and the edge says so.
        """
        sign = sign_of(steps)
        if sign == SIGNS["remove"]:
            return Edge(place=remark or self.plan.gone)
        origin = origin or next((o for o in map(origin_of, steps) if o.place), Origin())
        effect = effect_word(steps) if sign == SIGNS["alter"] else ""
        glob = visible(origin.pattern)
        return Edge(effect, glob, self.place(origin.place) or remark)

    @cached_property
    def accesses(self) -> Mapping[tuple[Place, str], Access]:
        """Every access that the file declares, by its place and command."""
        return {
            (access.place, access.command): access
            for role in self.spec.roles.values()
            for listed in role.tables.values()
            for access in listed
            if access.place is not None
        }

    @cached_property
    def definers(self) -> Mapping[str, tuple[str, Any]]:
        """Role that owns a view, query or lookup → the kind and key of what it owns."""
        found: dict[str, tuple[str, Any]] = {}
        for catalog in (self.plan.current, self.plan.desired):
            for kind in ("view", "function"):
                for key, item in catalog[kind].items():
                    if item.name.schema != OWN_SCHEMA or is_lookup(item.name):
                        found[item.owner] = (kind, key)
        return found

    @cached_property
    def own_roles(self) -> frozenset[str]:
        """The roles that jwtroles makes for itself: nobody becomes them."""
        prefixes = tuple(f"{self.spec.project}_{what}_" for what in ("view", "query", "lookup"))
        marked = {
            name
            for catalog in (self.plan.current, self.plan.desired)
            for name, role in catalog["role"].items()
            if role.name.startswith(prefixes) and role.project == self.spec.project
        }
        declared = {str(name) for name in self.spec.roles}
        own = {self.spec.own_role, *self.plan.context.definers, *self.definers}
        return frozenset(own | {str(name) for name in marked} - declared)

    def owns_lookup(self, role: str) -> bool:
        """Tell whether a role is there to own a lookup."""
        return role in self.own_roles and role.startswith(f"{self.spec.project}_lookup_")

    @cached_property
    def without_token(self) -> frozenset[str]:
        """The roles of the file that no token becomes."""
        return frozenset(
            self._names(role.name) for role in self.spec.roles.values() if not role.token
        )

    @cached_property
    def _names(self) -> Names:
        environments = self.spec.environments.items()
        here = (one for name, one in environments if name == self.plan.environment)
        return Names.of(next(here, None))

    @cached_property
    def floors(self) -> Mapping[Place | None, Floor]:
        """The floors of the file, by the place of their condition."""
        return {floor.rows.place: floor for floor in self.spec.tenancy}

    def in_order(
        self, names: Iterable[str], table: QName, origin: Origin, command: str
    ) -> list[str]:
        """Return columns in the order of the file, else of the table."""
        access = self.accesses.get((origin.place, command)) if origin.place else None
        order = [str(name) for name in access.columns or ()] if access else []
        order += self.plan.structure.columns(table.schema, table.name) or ()
        known = {name: position for position, name in reversed(list(enumerate(order)))}
        return sorted(names, key=lambda name: (known.get(name, len(known)), name))

    def object_name(self, ref: ObjectRef) -> str:
        """Return an object as the file names it."""
        if ref.cls not in IN_SCHEMA:
            return shown(ref.name.name)
        if ref.cls not in ROUTINES:
            return table_name(ref.name)
        full = self.plan.structure.name_of(ref)
        arguments = (
            visible(full.partition("(")[2]) if full != str(ref) else f"{visible(ref.arguments)})"
        )
        return f"{table_name(ref.name)}({arguments}"


def origin_of(step: Step) -> Origin:
    """Return why the file wants what a step makes; nowhere for what it takes away."""
    after = step.change.after
    return getattr(after, "origin", None) or Origin()


def effect_word(steps: Iterable[Step]) -> str:
    """Return the effect of steps that are told in one line: the worst of them."""
    order = list(Effect)
    worst = min((step.effect for step in steps), key=_SEVERITY.index, default=order[0])
    return worst.value.replace("_", " ")


_SEVERITY = [
    Effect.DESTROYS,
    Effect.CUTS_OFF,
    Effect.UNKNOWN,
    Effect.LOOSENS,
    Effect.TIGHTENS,
    Effect.NEUTRAL,
]


def option_word(right: Right, columns: Iterable[str] | None = None) -> str:
    """Return `with grant option` where a right carries it, naming the columns if not all do."""
    if right.option is None:
        return "with grant option"
    if not right.option:
        return ""
    covered = columns is not None and right.option >= frozenset(columns)
    return "with grant option" + ("" if covered else f" on {shown_all(sorted(right.option))}")


Picker = Callable[[Change[Any], Sheet], bool]
"""Tells whether a change of some kind belongs to a section."""


def always(_change: Change[Any], _sheet: Sheet) -> bool:
    """Take every change of a kind."""
    return True


@frozen
class Section:
    """A part of the plan's text.

    Attributes:
        title: the line above it; '' where each block has its own.
        picks: kind of object → which of its changes are told here.
        blocks: those steps → blocks, which stand for every one of them.
        group: sections of one group share the widths of their columns.
        gap: blanks behind the second column.
    """

    title: str
    picks: Mapping[str, Picker]
    blocks: Callable[[Sheet, Sequence[Step]], list[Block]]
    group: str = ""
    gap: int = 2
