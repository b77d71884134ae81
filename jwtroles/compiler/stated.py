"""Row security of a database that jwtroles does not mark: each policy as the file states it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.compiler.access import matching
from jwtroles.compiler.policies import RowSecurity, tables_with
from jwtroles.compiler.policies_only import must_be_on
from jwtroles.compiler.standing import check_alone, standing_policies
from jwtroles.kinds.base import Origin
from jwtroles.kinds.policy import Policy
from jwtroles.names import PUBLIC, QName

if TYPE_CHECKING:
    from jwtroles.catalog import Structure
    from jwtroles.compiler.access import Names
    from jwtroles.compiler.floors import Binder
    from jwtroles.errors import Collector
    from jwtroles.spec.model import Role, Spec, Word
    from jwtroles.spec.stated_model import StatedPolicy


def stated_security(spec: Spec, names: Names, binder: Binder, structure: Structure) -> RowSecurity:
    """Return floors, the policies of `policies:`, and row security of all that is named."""
    problems = binder.problems
    policies: dict[tuple[QName, str], Policy] = {}
    secured: dict[QName, Origin] = {}
    for to in (floor.policy.to for floor in spec.tenancy if floor.policy is not None):
        _check_roles(to, spec.roles, names, structure, problems)
    for stated in spec.policies:
        _check_roles(stated.to, spec.roles, names, structure, problems)
    floors = tuple(standing_policies(spec, names, binder, structure))
    others = [
        (stated.name, policy)
        for stated in spec.policies
        for policy in _policies(stated, names, binder, structure)
    ]
    for word, policy in (*((stated.name, policy) for stated, policy in floors), *others):
        key = (policy.table, policy.name)
        if key in policies:
            problems.add(
                codes.POLICY_TWICE,
                f"{policy.table} would have two policies {policy.name}",
                word.place,
                remedy="take the table out of one of the two with `except`",
            )
        policies[key] = policy
        secured.setdefault(policy.table, policy.origin)
    told: set[QName] = set()
    for (table, _), policy in policies.items():
        if structure.relations[table].policies_only:
            must_be_on(table, policy.origin.place, told, structure, problems)
    check_alone((policy for _, policy in floors), policies.values(), problems)
    forced: dict[QName, Origin] = {}
    for words, switched in ((spec.row_security, secured), (spec.force_row_security, forced)):
        for word in words:
            for table in _tables([word], (), structure, problems):
                switched.setdefault(table, Origin(word.place))
    return RowSecurity(tuple(policies.values()), tables_with(secured, structure, forced))


def _policies(
    stated: StatedPolicy, names: Names, binder: Binder, structure: Structure
) -> Iterator[Policy]:
    roles = names.in_policy(stated.to)
    origin = Origin(stated.name.place, said=str(stated.using or stated.check or ""))
    for table in _tables(stated.tables, stated.except_, structure, binder.problems):
        bound = [_bound(text, table, binder) for text in (stated.using, stated.check)]
        yield Policy(
            table=table,
            name=str(stated.name),
            permissive=not stated.restrictive,
            command=str(stated.for_),
            roles=roles,
            using=bound[0],
            check=bound[1],
            using_sql=bound[0],
            check_sql=bound[1],
            origin=origin,
        )


def _bound(text: Word | None, table: QName, binder: Binder) -> str | None:
    found = binder.rows(text, table) if text is not None else None
    return found.sql if found else None


def _tables(
    patterns: Iterable[Word], out: Iterable[Word], structure: Structure, problems: Collector
) -> Iterator[QName]:
    left_out = set(matching(out, structure, problems))
    for pattern in patterns:
        for table in matching([pattern], structure, problems):
            if table in left_out:
                continue
            if structure.relations[table].kind in ("r", "p"):
                yield table
            else:
                problems.add(
                    codes.POLICY_ON_VIEW,
                    f"{table} cannot have row security: it is not an ordinary table",
                    pattern.place,
                    remedy="take it out",
                )


def _check_roles(
    to: Iterable[Word],
    declared: Mapping[Word, Role],
    names: Names,
    structure: Structure,
    problems: Collector,
) -> None:
    unknown = (role for role in to if role != PUBLIC and role not in declared)
    for role in unknown:
        if names(role) in structure.roles:
            continue
        problems.add(
            codes.NO_SUCH_ROLE,
            f"no role {names(role)} in the database",
            role.place,
            remedy="a policy is for roles that are there, or that the file declares",
        )
