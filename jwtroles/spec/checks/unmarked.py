"""Files with `unmarked: true`: what they cannot have, and what only they can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.spec.grammar.tokens import TOKENS
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.errors import Collector, Place
    from jwtroles.spec.model import Floor, Spec


def tokens(spec: Spec, problems: Collector) -> None:
    """Only a file that leaves nothing of its own may be silent about tokens."""
    if spec.tokens.silent and not spec.database.unmarked:
        problems.add(
            codes.MISSING_KEY,
            "the file needs the key `tokens`",
            spec.tokens.place,
            remedy=f"add `tokens:` with {TOKENS.expected.removeprefix('`tokens` as ')}",
        )


def needing_marks(spec: Spec, problems: Collector) -> None:
    """Nothing of such a file needs the schema `jwtroles`, a role of ours or a mark."""
    for what, place in _needing(spec) if spec.database.unmarked else ():
        problems.add(
            codes.NEEDS_A_MARK,
            f"{what} does not go with `unmarked: true`",
            place,
            remedy="take `unmarked` out for jwtroles to manage the database, or write `policies`",
        )


def _needing(spec: Spec) -> Iterator[tuple[str, Place | None]]:
    if spec.tokens.verify == "database":
        yield "`verify: database`", spec.tokens.verify.place
    if spec.tokens.role_set_by is not None:
        yield "`role_set_by`", spec.tokens.role_set_by.place
    yield from (("a mapping", rule.place) for rule in spec.mapping[:1])
    yield from (need for floor in spec.tenancy for need in _needing_of(floor))
    for key in ("views", "queries", "lookups"):
        yield from ((f"`{key}`", name.place) for name in list(getattr(spec, key))[:1])
    for key in ("adopt", "exempt"):
        yield from ((f"`{key}`", word.place) for word in getattr(spec.database, key)[:1])
    yield from (("a test", test.place) for test in spec.tests[:1])
    for claim in spec.tokens.claims.values():
        if claim.read is None:
            yield f"the claim {tick(claim.name)} without `read`", claim.place
    for role in spec.roles.values():
        if role.was is not None:
            yield "`was`", role.was.place
        for accesses in role.tables.values():
            for one in accesses:
                text = one.rows or one.check
                if text is not None:
                    yield f"`rows` under the role {tick(role.name)}", text.place


def _needing_of(floor: Floor) -> Iterator[tuple[str, Place | None]]:
    if floor.policy is None:
        yield "a floor without `policy`", floor.place or floor.rows.place
    yield from (("`through`", step.table.place) for step in floor.through[:1])
    yield from (("`lifted_for`", word.place) for word in floor.lifted_for[:1])


def only_unmarked(spec: Spec, problems: Collector) -> None:
    """What states something as somebody made it stands in such a file alone."""
    for what, place in _stating(spec) if not spec.database.unmarked else ():
        problems.add(
            codes.ONLY_UNMARKED,
            f"{what} stands in a file with `unmarked: true` alone",
            place,
            remedy="decide rows under `roles`:  app.invoices: {select: {rows: …}}",
        )


def _stating(spec: Spec) -> Iterator[tuple[str, Place | None]]:
    yield from (("`policies`", one.place) for one in spec.policies[:1])
    for key in ("row_security", "force_row_security"):
        yield from ((f"`{key}`", word.place) for word in getattr(spec, key)[:1])
    for floor in spec.tenancy:
        if floor.policy is not None:
            yield "`policy` of a floor", floor.policy.place
    for name, role in spec.roles.items():
        if role.token and role.member_of:
            yield f"`member_of` of the role of tokens {tick(name)}", role.places.get("member_of")
    for claim in spec.tokens.claims.values():
        if claim.read is not None:
            yield "`read` of a claim", claim.read.place


def conditions(spec: Spec, problems: Collector) -> None:
    """A policy has the conditions that its command has."""
    for one in spec.policies:
        lacks = {"insert": "using", "select": "check", "delete": "check"}.get(one.for_, "")
        text = getattr(one, lacks, None) if lacks else None
        if text is not None:
            problems.add(
                codes.POLICY_CONDITION,
                f"a policy for {one.for_} has no `{lacks}`",
                text.place,
                remedy="take it out" if one.for_ != "insert" else "write `check` instead",
            )
