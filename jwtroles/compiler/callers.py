"""Functions that the file closes to PUBLIC: who calls them unseen, and may they still?

PostgreSQL asks whoever writes or reads for EXECUTE on what a default, a check, an index, a policy
or a view calls (manual, CREATE POLICY and CREATE VIEW); a definer function, its owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jwtroles import codes
from jwtroles.catalog import Structure
from jwtroles.compiler.access import Granted, Names
from jwtroles.compiler.definers import Definers
from jwtroles.compiler.grants import Rights
from jwtroles.compiler.rights import Inheritance
from jwtroles.errors import Collector
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Origin
from jwtroles.kinds.function import Function
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.policy import Policy
from jwtroles.names import PUBLIC, QName, parse_qname
from jwtroles.objects import routine_of
from jwtroles.spec import sqltree
from jwtroles.spec.model import Spec, Word


def leave_extensions(spec: Spec, structure: Structure, rights: Rights) -> None:
    """Leave PUBLIC what it has on functions of extensions: what calls them, the extension knows."""
    for role in spec.roles.values() if not spec.database.unmarked else ():
        for signature in role.functions:
            routine = structure.routines.get(routine_of(signature, structure))
            if routine is not None and routine.supplied:
                ref = ObjectRef(routine.cls, routine.name, routine.arguments)
                rights.add(ref, PUBLIC, "EXECUTE", Origin(signature.place))


@frozen
class Closed:
    """The functions that PUBLIC may not execute any more, with the word that names each first."""

    words: dict[ObjectRef, Word]
    structure: Structure

    @classmethod
    def of(cls, spec: Spec, structure: Structure, rights: Rights) -> Closed:
        """Find what the file names under a role, and not under PUBLIC."""
        words: dict[ObjectRef, Word] = {}
        for role in spec.roles.values() if spec.database.mode != "additive" else ():
            for signature in role.functions:
                routine = structure.routines.get(routine_of(signature, structure))
                if routine is None:
                    continue
                ref = ObjectRef(routine.cls, routine.name, routine.arguments)
                if (PUBLIC, "EXECUTE") not in rights.found.get(ref, {}):
                    words.setdefault(ref, signature)
        return cls(words, structure)

    def called_in(self, *texts: str | None) -> Iterator[tuple[ObjectRef, ...]]:
        """Give the functions of each name that some SQL calls, where all of that name are closed.

        Which of several is meant depends on the types of its arguments.
        """
        if not self.words:
            return
        names = {ref.name for ref in self.words}
        said = [text for text in texts if text and any(name.name in text for name in names)]
        called = {name for text in said for name in _calls(text)}
        for name in sorted(names & called):
            all_of_name = (r for r in self.structure.routines.values() if r.name == name)
            refs = tuple(ObjectRef(r.cls, r.name, r.arguments) for r in all_of_name)
            if all(ref in self.words for ref in refs):
                yield refs


def check_callers(
    spec: Spec,
    names: Names,
    closed: Closed,
    rights: Rights,
    policies: Iterable[Policy],
    granted: Iterable[Granted],
    owners: Definers,
    inheritance: Inheritance,
    problems: Collector,
) -> None:
    """Refuse to close what others call, and what a role of the file needs and is not given."""
    for word in closed.words.values():
        callers = closed.structure.routines[routine_of(word, closed.structure)].called_by
        if callers:
            problems.add(
                codes.CALLED_BY,
                f"{word} is called by {', '.join(callers)}",
                word.place,
                remedy=f'keep it open:  roles: {{PUBLIC: {{functions: {{"{word}": [execute]}}}}}}',
            )
    if spec.database.unmarked:
        return  # the file says what is there
    told: set[tuple[str, QName]] = set()
    for role, what, refs, origin in (
        *_by_policies(closed, policies, granted),
        *_by_views(closed, spec, names, owners),
    ):
        name, above = refs[0].name, inheritance.above(role)
        may = any((one, "EXECUTE") in rights.found[ref] for ref in refs for one in above)
        if may or role in owners.roles or (role, name) in told:
            continue
        told.add((role, name))
        word = closed.words[refs[0]]
        problems.add(
            codes.CALLED_BY,
            f"{word} is called by {what}, and {role} may not execute it",
            origin.place,
            label=f'every statement would fail with "permission denied for function {name.name}"',
            remedy=f'under {role}:  functions: {{"{word}": [execute]}}',
        )


def let_call(
    closed: Closed, rights: Rights, policies: Iterable[Policy], functions: Iterable[Function]
) -> None:
    """Let the roles that own queries and lookups execute what those call, and their floors."""
    owners = {function.owner: function for function in functions}
    for function in owners.values():
        for refs in closed.called_in(function.body_sql):
            for ref in refs:
                rights.add(ref, function.owner, "EXECUTE", function.origin)
    for policy in policies if owners else ():
        roles = sorted(policy.roles & owners.keys())
        for refs in closed.called_in(policy.using_sql, policy.check_sql) if roles else ():
            for role in roles:
                for ref in refs:
                    rights.add(ref, role, "EXECUTE", policy.origin)


_Call = tuple[str, str, tuple[ObjectRef, ...], Origin]
"""Who calls, as what, which functions of one name, and where the file says so."""


def _by_policies(
    closed: Closed, policies: Iterable[Policy], granted: Iterable[Granted]
) -> Iterator[_Call]:
    calling: dict[QName, list[tuple[Policy, tuple[ObjectRef, ...]]]] = {}
    for policy in policies if closed.words else ():
        for refs in closed.called_in(policy.using_sql, policy.check_sql):
            calling.setdefault(policy.table, []).append((policy, refs))
    for one in granted:
        for policy, refs in calling.get(one.table, ()):
            if one.role in policy.roles and policy.command in ("all", one.command):
                yield one.role, f"what limits {one.command} on {one.table}", refs, policy.origin


def _by_views(closed: Closed, spec: Spec, names: Names, owners: Definers) -> Iterator[_Call]:
    compiled = {view.name: view for view in owners.views}
    for view in spec.views.values():
        name = parse_qname(view.name)
        if name in compiled:
            for refs in closed.called_in(compiled[name].sql):
                for role in view.grant:
                    yield names(role), f"the view {name}", refs, Origin(view.name.place)


def _calls(text: str) -> Iterator[QName]:
    """Give the functions that an expression or a query calls with their schema."""
    try:
        trees = sqltree.parse(text)
    except sqltree.SyntaxFault:
        trees = (sqltree.expression(text),)
    for tree in trees:
        for node in sqltree.walk(tree):
            parts = sqltree.name_parts(getattr(node, "funcname", None))
            if len(parts) == 2:
                yield QName(*parts)
